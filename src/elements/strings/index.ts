/** The words in use. Knows of no element; elements read words from here while rendering. */

export { en as strings } from './en';
