import type { Report } from './report.ts';

/** A report for scripts: the contract's document, whole. A plan file is the same. */
export const renderJson = ({ document }: Report): string => `${JSON.stringify(document, null, 2)}\n`;
