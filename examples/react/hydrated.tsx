/**
 * Rendered by a server. React hydrates an element of ours as it finds it, without properties and listeners, so it is left out there
 * and comes once the page is mounted.
 */

import { useEffect, useState } from 'react';
import { hydrateRoot } from 'react-dom/client';
import type { Estimate } from 'memo-bert';
import 'memo-bert/elements';
import type {} from 'memo-bert/react';

const MOOD = ['happy', 'sad', 'angry'];

function App() {
  const [mounted, setMounted] = useState(false);
  const [estimate, setEstimate] = useState<Estimate | null>(null);
  useEffect(() => setMounted(true), []);
  return (
    <main>
      <output>{estimate?.labels.join(', ')}</output>
      {mounted && (
        <memo-bert
          bundle="../../models/small/manifest.json"
          asset-base="../../generated/"
          labels={MOOD}
          onestimate={(event) => setEstimate(event.detail)}
        />
      )}
    </main>
  );
}

const app = document.querySelector('#app');
if (app !== null) hydrateRoot(app, <App />);
