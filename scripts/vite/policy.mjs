/** What every page and worker of the build may do: said in the page, by the preview server, and by the service worker. */

/** Nothing but this page's own files, and wasm; no inline script or style, no other origin. */
export const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self' blob:",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: mediastream:",
  "style-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Camera and microphone for this page, and for frames only where it says so; nothing else that watches or locates. */
export const PERMISSIONS = [
  'camera=(self)',
  'microphone=(self)',
  ...[
    'accelerometer',
    'browsing-topics',
    'display-capture',
    'geolocation',
    'gyroscope',
    'hid',
    'idle-detection',
    'local-fonts',
    'magnetometer',
    'midi',
    'payment',
    'publickey-credentials-get',
    'serial',
    'usb',
    'xr-spatial-tracking',
  ].map((name) => `${name}=()`),
].join(', ');

/** Without isolation a page has one wasm thread. */
export const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Of a page. */
export const PAGE_HEADERS = {
  ...ISOLATION,
  'Content-Security-Policy': POLICY,
  'Permissions-Policy': PERMISSIONS,
};

/** Of a script, which may be a worker's: a worker has the policy of its own answer, not its page's. */
export const SCRIPT_HEADERS = {
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Content-Security-Policy': POLICY,
};
