import { useLingui } from '@lingui/react/macro';
import { Anchor, Button } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { notifyDone } from '../../ui/notify.tsx';
import { Item, ItemList, Section } from '../../ui/section.tsx';
import { deflected, searchQuery } from './queries.ts';

/** Answers that may spare a request, while its title is being written. */
export function Suggestions({ title }: { title: string }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [query] = useDebouncedValue(title, 400);
  const { data = [] } = useQuery(searchQuery(query, { any: true, limit: 3 }));
  const hits = query.trim().length > 2 ? data.filter(({ url }) => url !== null) : [];
  const enough = async (id: number) => {
    // Whether it could be counted is no business of who has their answer.
    await deflected(id).catch(() => undefined);
    notifyDone(t`Good that it is answered. Nothing was sent.`);
    await navigate({ to: '/tickets' });
  };
  return (
    <div aria-live="polite">
      {hits.length > 0 && (
        <Section title={t`Does one of these answer it?`}>
          <ItemList label={t`Answers found`}>
            {hits.map(({ id, locale, title: name, url, preview }) => (
              <Item
                key={`${id}-${locale}`}
                what={
                  <Anchor href={url ?? ''} target="_blank">
                    {name}
                  </Anchor>
                }
                facts={preview.map(({ text }) => text).join('')}
              >
                <Button
                  size="compact-sm"
                  variant="default"
                  aria-label={t`This answers it: ${name}`}
                  onClick={() => void enough(id)}
                >
                  {t`This answers it`}
                </Button>
              </Item>
            ))}
          </ItemList>
        </Section>
      )}
    </div>
  );
}
