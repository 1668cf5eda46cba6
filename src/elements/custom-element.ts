/** `@customElement('memo-bars')`: defines the element, unless another copy of this module has done so on the page. */

let told = false;

export function customElement(name: string) {
  return (element: CustomElementConstructor): void => {
    if (!customElements.get(name)) customElements.define(name, element);
    else if (!told) {
      told = true;
      console.warn('memo-bert is loaded twice: the first one is used.');
    }
  };
}
