/** React 19 passes properties to elements by itself and listens by `on` and the event's name; the types come from `memo-bert/react`. */

import { StrictMode, useState } from 'react';
import { createRoot } from 'react-dom/client';
import type { Estimate } from 'memo-bert';
import 'memo-bert/elements';
import type {} from 'memo-bert/react';

const MOOD = ['happy', 'sad', 'angry'];
const FRIGHT = ['surprised', 'scared', 'neutral'];

function App() {
  const [shown, setShown] = useState(true);
  const [labels, setLabels] = useState(MOOD);
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  return (
    <main>
      <button onClick={() => setShown(!shown)}>{shown ? 'Take it away' : 'Bring it back'}</button>
      <button onClick={() => setLabels(labels === MOOD ? FRIGHT : MOOD)}>Ask about something else</button>
      <output>{estimate === null ? '' : topLabel(estimate)}</output>
      {shown && (
        <memo-bert
          bundle="../../models/small/manifest.json"
          asset-base="../../generated/"
          labels={labels}
          smoothing={0.5}
          onestimate={(event) => setEstimate(event.detail)}
        />
      )}
    </main>
  );
}

function topLabel({ labels, probabilities }: Estimate): string {
  return labels[probabilities.indexOf(Math.max(...probabilities))] ?? '';
}

const app = document.querySelector('#app');
if (app !== null) {
  createRoot(app).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
