import { useLingui } from '@lingui/react/macro';
import { Anchor, Skeleton, Title } from '@mantine/core';
import { IconBuilding, IconMail, IconPhone } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, type ReactNode, Suspense, useDeferredValue } from 'react';
import { Ago } from '../../../ui/ago.tsx';
import { PersonAvatar } from '../../../ui/person-avatar.tsx';
import { useCustomFields } from '../../custom/queries.ts';
import { nameOf, type User } from '../../people/queries.ts';
import { useMe } from '../../session/use-me.ts';
import { cmdbQuery } from '../cmdb-queries.ts';
import { deskSettingsQuery, type Ticket, ticketsOfCustomerQuery } from '../queries.ts';
import { federationQuery } from '../shares.ts';
import { StateBadge } from './badges.tsx';
import classes from './side-panel.module.css';
import { TicketChecklist } from './ticket-checklist.tsx';
import { TicketCustom } from './ticket-custom.tsx';
import { TicketDue } from './ticket-due.tsx';
import { TicketHistory } from './ticket-history.tsx';
import { TicketLinks } from './ticket-links.tsx';
import { TicketShares } from './ticket-shares.tsx';
import { TicketTags } from './ticket-tags.tsx';

const TicketCmdbObjects = lazy(() => import('./ticket-cmdb.tsx').then((file) => ({ default: file.TicketCmdbObjects })));

const TicketDeletion = lazy(() => import('./ticket-deletion.tsx').then((file) => ({ default: file.TicketDeletion })));

interface Props {
  ticket: Ticket;
  customer: User | undefined;
  /** False where the tags stand elsewhere already. */
  tags: boolean;
}

/** Who asks, for whom, and what happened so far. Customers know who they are and get the dates only. */
export function SidePanel({ ticket, customer, tags }: Props) {
  const { t } = useLingui();
  const { agent, may } = useMe();
  const fields = useCustomFields('Ticket', 'edit');
  // What was said is read first; what has keys is there with it.
  const rest = useDeferredValue(true, false);
  const organization = String(ticket.organization ?? customer?.organization ?? '');
  return (
    <>
      {agent && (
        <CustomerCard customer={customer} organization={organization} organizationId={ticket.organization_id} />
      )}
      {agent && tags && (
        <Section title={t`Tags`}>
          <TicketTags ticketId={ticket.id} />
        </Section>
      )}
      {fields.length > 0 && (
        <Section title={t`Custom fields`}>
          <TicketCustom ticket={ticket} fields={fields} />
        </Section>
      )}
      {agent && (
        <Section title={t`Checklist`}>
          <TicketChecklist ticket={ticket} />
        </Section>
      )}
      {agent && (
        <Section title={t`Linked tickets`}>
          <TicketLinks ticket={ticket} />
        </Section>
      )}
      {agent && rest && (
        <>
          <Cmdb ticket={ticket} />
          <Shared ticketId={ticket.id} />
          <OtherTickets ticket={ticket} />
        </>
      )}
      <Section title={t`Ticket`}>
        <dl className={classes.list}>
          <dt>{t`Created`}</dt>
          <dd>
            <Ago at={ticket.created_at} />
          </dd>
          <dt>{t`Last change`}</dt>
          <dd>
            <Ago at={ticket.updated_at} />
          </dd>
          {agent && ticket.time_unit !== null && (
            <>
              <dt>{t`Time spent`}</dt>
              <dd>
                <TotalTime units={ticket.time_unit} />
              </dd>
            </>
          )}
          {ticket.pending_time && (
            <>
              <dt>{t`Pending until`}</dt>
              <dd>
                <Ago at={ticket.pending_time} />
              </dd>
            </>
          )}
          {ticket.close_at && (
            <>
              <dt>{t`Closed`}</dt>
              <dd>
                <Ago at={ticket.close_at} />
              </dd>
            </>
          )}
        </dl>
        {agent && <TicketDue ticket={ticket} />}
        {agent && may('admin') && (
          <Suspense>
            <TicketDeletion ticket={ticket} />
          </Suspense>
        )}
      </Section>
      {agent && rest && (
        <Section title={t`History`}>
          <TicketHistory ticketId={ticket.id} />
        </Section>
      )}
    </>
  );
}

/** Nothing where no CMDB is connected. */
function Cmdb({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui();
  const { data } = useQuery(cmdbQuery);
  if (!data?.active) return null;
  return (
    <Section title={t`Objects of the CMDB`}>
      <Suspense fallback={<Skeleton height={30} />}>
        <TicketCmdbObjects ticket={ticket} tenant={data.tenant} />
      </Suspense>
    </Section>
  );
}

/** Nothing where there is nobody to share tickets with. */
function Shared({ ticketId }: { ticketId: number }) {
  const { t } = useLingui();
  const { data } = useQuery(federationQuery);
  if (!data?.active) return null;
  return (
    <Section title={t`Other helpdesks`}>
      <TicketShares ticketId={ticketId} />
    </Section>
  );
}

function TotalTime({ units }: { units: string }) {
  const { i18n } = useLingui();
  const { data: settings } = useQuery(deskSettingsQuery);
  const number = new Intl.NumberFormat(i18n.locale).format(Number(units));
  return <>{`${number} ${settings?.time_accounting_unit ?? ''}`.trim()}</>;
}

interface CardProps {
  customer: User | undefined;
  organization: string;
  organizationId: number | null;
}

function CustomerCard({ customer, organization, organizationId }: CardProps) {
  const { t } = useLingui();
  return (
    <Section title={t`Customer`}>
      {customer ? (
        <div className={classes.person}>
          <PersonAvatar name={nameOf(customer)} image={customer.image} size={36} />
          <div className={classes.facts}>
            <Anchor component={Link} to={`/people/${customer.id}`} className={classes.name} inherit>
              {nameOf(customer)}
            </Anchor>
            {customer.email && (
              <Fact icon={<IconMail size={14} aria-hidden />}>
                <Anchor href={`mailto:${customer.email}`} inherit>
                  {customer.email}
                </Anchor>
              </Fact>
            )}
            {(customer.phone || customer.mobile) && (
              <Fact icon={<IconPhone size={14} aria-hidden />}>
                <Anchor href={`tel:${customer.phone || customer.mobile}`} inherit>
                  {customer.phone || customer.mobile}
                </Anchor>
              </Fact>
            )}
            {organization && (
              <Fact icon={<IconBuilding size={14} aria-hidden />}>
                {organizationId === null ? (
                  organization
                ) : (
                  <Anchor component={Link} to={`/organizations/${organizationId}`} inherit>
                    {organization}
                  </Anchor>
                )}
              </Fact>
            )}
          </div>
        </div>
      ) : (
        <Skeleton height={48} />
      )}
      {customer?.note && <p className={classes.note}>{customer.note}</p>}
    </Section>
  );
}

function OtherTickets({ ticket }: { ticket: Ticket }) {
  const { t } = useLingui();
  const { data } = useQuery(ticketsOfCustomerQuery(ticket.customer_id));
  const others = data?.tickets.filter(({ id }) => id !== ticket.id).slice(0, 5) ?? [];
  if (others.length === 0) return null;
  return (
    <Section title={t`More from this customer`}>
      <ul className={classes.tickets}>
        {others.map((other) => (
          <li key={other.id}>
            <Link to="/tickets/$id" params={{ id: String(other.id) }} className={classes.ticket}>
              <span className={classes.ticketTitle}>{other.title}</span>
              <StateBadge state={other.state} type={other.state_type} />
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Section({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={classes.section}>
      <Title order={2} className={classes.title}>
        {title}
      </Title>
      {children}
    </section>
  );
}

function Fact({ icon, children }: { icon: ReactNode; children: ReactNode }) {
  return (
    <div className={classes.fact}>
      {icon}
      <span>{children}</span>
    </div>
  );
}
