/**
 * Resolves after the messages that wait: on WebAssembly a graph's run never lets go of the worker's thread by itself, and a frame would
 * wait for all that was begun before it.
 */
export function turn(): Promise<void> {
  return new Promise((resolve) => {
    // in order with other messages, and sooner than a timer
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
