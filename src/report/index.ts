// How a report is made, and the door of the room: others import this file alone.
//
// Premise: what a report says is chosen once, and how it looks once for each format; neither knows of the other.
//   1. A command hands its result to a function of prepare/, one a command: `preparePlanned(plan)`.
//   2. That gives a `Report` (report.ts): plain data without markup. It says what is shown and in what words, in sections
//      (problems, zones, lines, a file), and holds the document that JSON has, in the shape that scripts rely on.
//   3. `render(format, report)` looks the renderer up in the one table (render.ts): text.ts, markdown.ts or json.ts. A
//      renderer knows the kinds of sections, not the commands. It decides on columns, tables, colours, and how much room it has.
//   4. What is dangerous (danger.ts) decides on the order, and on what goes first where there is not room for all: items.ts
//      ranks names, share.ts shares the room among zones and counts what is left out. Every format uses these.
//   5. change-view.ts says of a change what goes and what comes; values/ compares the values themselves, so that the part
//      that differs shows however long they are.
//   6. Text that a stranger chose stays raw until a renderer writes it. What makes it harmless is in one place,
//      words/visible.ts; lines.ts uses it for a terminal, markdown/markup.ts for markdown, json.ts and zonefile.ts for what is
//      read back.
// words/ has the sentences that several of them say: a change, an origin, a check, a difference, a problem.
//
// A new report is a file of prepare/ and a line here; a new format is a file beside text.ts and a line in render.ts.
// zonefile.ts is no report: it writes zone files, for `dump` and for what is kept of a deleted zone.
export { type Colours, noColours, terminalColours } from './colours.ts';
export { type Applied, prepareApplied, prepareFailed } from './prepare/applied.ts';
export { type AuditedRow, prepareAudited } from './prepare/audited.ts';
export { type Deleted, prepareDeleted } from './prepare/deleted.ts';
export { prepareDumped, prepareWritten, type WrittenZone } from './prepare/dumped.ts';
export { type ExplainedRRset, type Explanation, prepareExplained } from './prepare/explained.ts';
export { prepareInitialised } from './prepare/initialised.ts';
export { preparePlanned } from './prepare/planned.ts';
export { prepareServing } from './prepare/serving.ts';
export { prepareValidated } from './prepare/validated.ts';
export { prepareVerified } from './prepare/verified.ts';
export { type Format, formats, render } from './render.ts';
export type { Report } from './report.ts';
export { problemsAsText } from './text.ts';
export { checkInWords } from './words/check.ts';
export { locationOf } from './words/problem.ts';
export { shellWord } from './words/shell.ts';
export { harmlessLines, visible } from './words/visible.ts';
export { type ZoneFileForm, zoneFile, zoneFileName, zoneMaster } from './zonefile.ts';
