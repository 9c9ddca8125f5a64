interface CiEvent {
  readonly variable: string;
  /** What it is set to in a run for a pull or merge request. */
  readonly value: RegExp;
}

/** How CI says that a run is for a pull or merge request, or may be. */
const events: readonly CiEvent[] = [
  // GitHub Actions, and those of Gitea and Forgejo, which use its names.
  { variable: 'GITHUB_EVENT_NAME', value: /^(?:pull_request.*|issue_comment|workflow_run|merge_group)$/i },
  // GitLab, the second one for a pull request of another service.
  { variable: 'CI_MERGE_REQUEST_IID', value: /./ },
  { variable: 'CI_EXTERNAL_PULL_REQUEST_IID', value: /./ },
];

/** How this run is known to be for a pull or merge request, in words; null: it is for none. */
export const pullRequestEvent = (environment: Readonly<Record<string, string | undefined>>): string | null => {
  for (const { variable, value } of events) {
    const text = (environment[variable] ?? '').trim();
    if (value.test(text)) return /^[a-z]\w*$/i.test(text) ? `${variable} is ${text}` : `${variable} is set`;
  }
  return null;
};
