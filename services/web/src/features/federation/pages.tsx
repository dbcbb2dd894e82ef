import { useParams } from '@tanstack/react-router';
import { NoSuch } from '../admin/components/no-such.tsx';
import { AgreementPage, NewAgreementPage, ProposalPage } from './agreement-pages.tsx';
import { PbasPage } from './pbas-page.tsx';
import { NewPeerPage, PeerPage } from './peer-pages.tsx';
import { SoftwarePage } from './software-page.tsx';

export { FederationPage } from './federation-page.tsx';

/** One of the parts: a helpdesk, an agreement, the control panel. Two routes for all of it, as every agent loads them. */
export function FederationPartPage() {
  const { kind, id } = useParams({ from: '/app/admin/federation/$kind/$id' });
  switch (kind) {
    case 'peers':
      return id === 'new' ? <NewPeerPage /> : <PeerPage key={id} id={Number(id)} />;
    case 'agreements':
      return id === 'new' ? <NewAgreementPage /> : <AgreementPage key={id} id={Number(id)} />;
    case 'proposals':
      return <ProposalPage key={id} id={Number(id)} />;
    case 'software':
      return <SoftwarePage key={id} id={Number(id)} />;
    case 'pbas':
      return <PbasPage />;
    default:
      return <NoSuch up="federation" />;
  }
}
