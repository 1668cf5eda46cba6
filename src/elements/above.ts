/** What is around a node, shadow trees passed; null at the top. */
export function above(node: Node): Node | null {
  return node instanceof ShadowRoot ? node.host : node.parentNode;
}
