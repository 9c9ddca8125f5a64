// How a report is made, and the door of the room: others import this file alone.
//
// Premise: what a report says is chosen once, and how it looks once for each format; neither knows of the other.
//   1. A command hands its result to a function of prepare/, one a command: `preparePlanned(plan)`.
//   2. That gives a `Report` (report.ts): plain data without markup. It says what is shown and in what words, in sections
//      (problems, zones, lines, notes, a file), and holds the document that JSON has, in the shape that scripts rely on.
//   3. `render(format, report)` looks the renderer up in the one table (render.ts): text.ts, markdown.ts or json.ts. A
//      renderer knows the kinds of sections, not the commands. It decides on order among zones, on how much fits (a screen
//      and a comment on a pull request have different room; what is cut is counted), on columns, tables and colours.
//   4. Text that a stranger chose stays raw until then. What makes it harmless is in two places: lines.ts for a terminal
//      (no control character leaves its line), markdown/markup.ts for markdown (nothing leaves its span, cell or line).
// words/ has the sentences that several of them say: a change, an origin, a check, a difference, a problem.
//
// A new report is a file of prepare/ and a line here; a new format is a file beside text.ts and a line in render.ts.
// zonefile.ts is no report: it writes zone files, for `dump` and for what is kept of a deleted zone.
export { type Colours, noColours, terminalColours } from './colours.ts';
export { type Applied, prepareApplied, prepareFailed } from './prepare/applied.ts';
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
export { visible } from './words/visible.ts';
export { type ZoneFileForm, zoneFile, zoneFileName, zoneMaster } from './zonefile.ts';
