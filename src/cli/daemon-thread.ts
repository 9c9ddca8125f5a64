// The thread of the daemon's passes begins here.
import { parentPort, workerData } from 'node:worker_threads';
import { runThread } from '../daemon/engine/thread.ts';
import { providerLookup } from './providers.ts';

if (parentPort !== null) runThread(parentPort, workerData, providerLookup());
