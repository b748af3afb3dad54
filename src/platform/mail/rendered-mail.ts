/** A mail in both of its forms. */
export interface RenderedMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

/** A paragraph, or a link that stands alone. */
export type Block =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'button'; readonly label: string; readonly url: string };

const SUBJECT = /^Subject: *(\S[^\n]*)\n\s*\n/;
const BUTTON = /^\[([^\]]+)\]\((\S+)\)$/;

/** Reads a filled-in template. Undefined when it does not begin with a subject. Pure. */
export function readMail(filled: string): { subject: string; blocks: Block[] } | undefined {
  const [head = '', subject] = SUBJECT.exec(filled) ?? [];
  if (subject === undefined) return undefined;
  const paragraphs = filled.slice(head.length).split(/\n\s*\n/);
  const blocks = paragraphs.map((each) => each.trim()).filter((each) => each !== '');
  return { subject: subject.trim(), blocks: blocks.map(blockOf) };
}

function blockOf(paragraph: string): Block {
  const [, label, url] = BUTTON.exec(paragraph) ?? [];
  if (label !== undefined && url !== undefined) return { kind: 'button', label, url };
  return { kind: 'text', text: paragraph.replace(/\s*\n\s*/g, ' ') };
}

/** For readers without HTML. Pure. */
export function textOf(blocks: readonly Block[]): string {
  const paragraphs = blocks.map((block) =>
    block.kind === 'text' ? block.text : `${block.label}:\n${block.url}`,
  );
  return `${paragraphs.join('\n\n')}\n`;
}
