/** What an error's reader can do once a new version of the page is here: said by the page around the element, and fetched with it. */

import { strings, wordsFrom } from '.';
import type { ErrorWords, ToldError, Words } from './words';

export const RENEWAL_WORDS = {
  en: 'A new version of this page is here, and what is missing may be on the server no more: save what you need, then press “Update and reload” further down. If it comes back, check the connection.',
  ko: '이 페이지의 새 버전이 있습니다. 모자란 파일은 서버에서 이미 사라졌을 수 있으니 필요한 것을 저장한 뒤 아래쪽의 ‘업데이트하고 새로 고침’을 누르십시오. 되풀이되면 연결을 확인하십시오.',
};

type Errors = (error: ToldError) => ErrorWords | null;

const told = new Map<Words, Errors>();

/**
 * From now on the errors that are meant have this cure, in the language of whoever speaks; resolves to true where that is new. Their
 * own stay one click away.
 */
export async function tellOfRenewal(isMeant: (error: ToldError) => boolean): Promise<boolean> {
  // its script is here already; what is set on `strings` is English
  const words: Words = strings.language === 'ko' ? (await import('./ko')).ko : strings;
  if (told.has(words)) return false;
  const { errors } = words;
  told.set(words, errors);
  const withCure: Errors = (error) => {
    const said = errors(error);
    return isMeant(error)
      ? { what: said?.what ?? error.message, cure: wordsFrom<string>(RENEWAL_WORDS) }
      : said;
  };
  Object.assign(words, { errors: withCure });
  return true;
}

/** As before: for tests, which share the words. */
export function tellNoMore(): void {
  for (const [words, errors] of told) Object.assign(words, { errors });
  told.clear();
}
