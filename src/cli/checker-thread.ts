// The thread of the daemon's health checker begins here.
import { parentPort } from 'node:worker_threads';
import { runCheckerThread } from '../daemon/checker/thread.ts';

if (parentPort !== null) runCheckerThread(parentPort);
