/** What docs/runbook.md says about one alert, as somebody on call takes it: to look at, to do, to expect beside it. */
export interface RunbookSection {
  /** Command lines of "What to look at". */
  readonly look: readonly string[];
  /** Command lines of "What to do", in their order. */
  readonly commands: readonly string[];
  /** "What to do" as it stands there, in one line. */
  readonly whatToDo: string;
  /** Other alerts that the section leads to: they may come along. */
  readonly others: readonly string[];
}

/** @throws Error when the runbook has no section for the alert. */
export function runbookSection(runbook: string, alert: string): RunbookSection {
  const [, ...sections] = runbook.split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${alert}\n`));
  if (section === undefined) throw new Error(`docs/runbook.md has no section ${alert}.`);
  const whatToDo = part(section, 'What to do');
  const others = [...section.matchAll(/\[(Ponte\w+)\]\(#/g)].map(([, name = '']) => name);
  return {
    look: commandLines(part(section, 'What to look at')),
    commands: commandLines(whatToDo),
    whatToDo: whatToDo.replaceAll(/\s+/g, ' ').trim(),
    others: [...new Set(others)].filter((name) => name !== alert),
  };
}

/** From the part's bold name to the next one at the beginning of a line. */
function part(section: string, name: string): string {
  const [, text = ''] = section.split(`**${name}.**`);
  return text.split(/^\*\*/m)[0] ?? '';
}

/** The lines of the blocks of shell, without the comments behind them. */
function commandLines(text: string): string[] {
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)]
    .flatMap(([, block = '']) => block.split('\n'))
    .map((line) => line.replace(/\s+#\s.*$/, '').trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
}
