import { useLingui } from '@lingui/react/macro';
import { RichTextEditor } from '@mantine/tiptap';
import '@mantine/tiptap/styles.css';
import { Link } from '@tiptap/extension-link';
import { useEditor } from '@tiptap/react';
import StarterKit from '@tiptap/starter-kit';
import { lazy, Suspense, useRef } from 'react';
import { withTexts } from '../../../app/i18n.ts';
// HTML that comes into the editor as a text is cleaned by it.
import '../mail-html.ts';
import { MentionNode } from './mention-node.ts';
import { useMentions } from './mentions.tsx';
import classes from './rich-editor.module.css';
import { useTextModules } from './text-modules.tsx';

const InsertAnswer = lazy(() =>
  withTexts(() => import('../../help/insert-answer.tsx')).then((file) => ({ default: file.InsertAnswer })),
);

export interface RichEditorProps {
  label: string;
  /** Initial text; later changes come from the keyboard only. */
  html: string;
  autoFocus: boolean;
  invalid?: boolean;
  /** Offers headings, for texts that are longer than a letter; those of a text that is put in stay everywhere. */
  headings?: boolean;
  /** The ticket that text modules and calls are written for, null for one that is not there yet; absent: none are offered. */
  modulesFor?: number | null;
  onChange: (html: string) => void;
  /** Absent: files that are pasted or dropped are none of the text's business. */
  onFiles?: (files: File[]) => void;
  /** Ctrl and Enter; absent where the page does it. */
  onSubmit?: () => void;
}

/** The editor of replies, notes and new tickets. A chunk of its own: lists and reading do not pay for it. */
export function RichEditor(props: RichEditorProps) {
  const { label, html, autoFocus, invalid = false, headings = false, modulesFor, onChange, onFiles, onSubmit } = props;
  const { t } = useLingui();
  const modules = useTextModules(modulesFor ?? null, modulesFor !== undefined);
  const mentions = useMentions(modulesFor ?? undefined);
  // The editor is made once and keeps the functions it was given.
  const latest = useRef({ modules, mentions });
  latest.current = { modules, mentions };
  const editor = useEditor({
    extensions: [
      StarterKit.configure({ heading: { levels: [2, 3] }, horizontalRule: false, link: false }),
      Link.configure({ openOnClick: false, protocols: ['http', 'https', 'mailto'], defaultProtocol: 'https' }),
      MentionNode,
    ],
    content: html,
    autofocus: autoFocus ? 'end' : false,
    shouldRerenderOnTransaction: false,
    editorProps: {
      attributes: {
        'aria-label': label,
        'aria-multiline': 'true',
        role: 'textbox',
        ...(invalid ? { 'aria-invalid': 'true' } : {}),
      },
      handleKeyDown: (_, event) => {
        if (latest.current.modules.onKeyDown(event) || latest.current.mentions.onKeyDown(event)) return true;
        if (!onSubmit || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return false;
        // The same key is a shortcut of the page; it must not send twice.
        event.stopPropagation();
        onSubmit();
        return true;
      },
      handlePaste: (_, event) => take(event.clipboardData, onFiles),
      handleDrop: (_, event) => take(event.dataTransfer, onFiles),
    },
    onUpdate: ({ editor: changed }) => onChange(changed.getHTML()),
    onTransaction: ({ editor: changed }) => {
      latest.current.modules.onUpdate(changed);
      latest.current.mentions.onUpdate(changed);
    },
  });
  return (
    <RichTextEditor
      editor={editor}
      variant="subtle"
      labels={{
        boldControlLabel: t`Bold`,
        italicControlLabel: t`Italic`,
        strikeControlLabel: t`Strikethrough`,
        codeControlLabel: t`Code`,
        h2ControlLabel: t`Heading`,
        h3ControlLabel: t`Smaller heading`,
        bulletListControlLabel: t`Bulleted list`,
        orderedListControlLabel: t`Numbered list`,
        blockquoteControlLabel: t`Quotation`,
        linkControlLabel: t`Link`,
        unlinkControlLabel: t`Remove the link`,
        linkEditorInputLabel: t`Address of the link`,
        linkEditorInputPlaceholder: t`https://…`,
        linkEditorSave: t`Save`,
        linkEditorExternalLink: t`Open in a new tab`,
        linkEditorInternalLink: t`Open in the same tab`,
      }}
      classNames={{
        root: classes.root,
        toolbar: classes.toolbar,
        content: classes.content,
        controlsGroup: classes.controls,
        control: classes.control,
      }}
    >
      <RichTextEditor.Toolbar role="toolbar" aria-label={t`Formatting`}>
        <RichTextEditor.ControlsGroup>
          <RichTextEditor.Bold />
          <RichTextEditor.Italic />
          <RichTextEditor.Strikethrough />
          <RichTextEditor.Code />
        </RichTextEditor.ControlsGroup>
        {headings && (
          <RichTextEditor.ControlsGroup>
            <RichTextEditor.H2 />
            <RichTextEditor.H3 />
          </RichTextEditor.ControlsGroup>
        )}
        <RichTextEditor.ControlsGroup>
          <RichTextEditor.BulletList />
          <RichTextEditor.OrderedList />
          <RichTextEditor.Blockquote />
        </RichTextEditor.ControlsGroup>
        <RichTextEditor.ControlsGroup>
          <RichTextEditor.Link />
          <RichTextEditor.Unlink />
        </RichTextEditor.ControlsGroup>
        {modulesFor !== undefined && editor && (
          <Suspense fallback={null}>
            <InsertAnswer editor={editor} />
          </Suspense>
        )}
      </RichTextEditor.Toolbar>
      <RichTextEditor.Content />
      {modules.choice}
      {mentions.choice}
    </RichTextEditor>
  );
}

/** Files among what was pasted or dropped become attachments; text stays with the editor. */
function take(data: DataTransfer | null, onFiles: RichEditorProps['onFiles']): boolean {
  const files = [...(data?.files ?? [])];
  if (files.length === 0) return false;
  onFiles?.(files);
  return true;
}
