import '@wix/design-system/styles.global.css';
import '@wixapp/react/styles.css';
import './stories.css';
import { createRoot } from 'react-dom/client';
import { Catalogue } from './Catalogue';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no root');
createRoot(root).render(<Catalogue />);
