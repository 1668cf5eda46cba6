/** The inference worker: owns ONNX Runtime and MediaPipe, and knows no page. */

import { Engine } from './engine';
import { serve, type Port } from './serve';

// this file is checked with and without the DOM's types; a port is all that it needs
declare const self: Port;

const engine = new Engine((progress) => {
  self.postMessage({ kind: 'progress', progress });
});
serve(self, (session) => engine.session(session));
