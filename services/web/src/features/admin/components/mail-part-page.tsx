import { useParams } from '@tanstack/react-router';
import { AddressPage, NewAddressPage } from './address-page.tsx';
import { FilterPage, NewFilterPage } from './filter-page.tsx';
import { NoSuch } from './no-such.tsx';
import { NewSignaturePage, SignaturePage } from './signature-page.tsx';

/** One address, signature or filter, by its kind and id; `new` is one that is not there yet. */
export function MailPartPage() {
  const { kind, id } = useParams({ from: '/app/admin/mail/$kind/$id' });
  if (kind === 'addresses') return id === 'new' ? <NewAddressPage /> : <AddressPage id={Number(id)} />;
  if (kind === 'signatures') return id === 'new' ? <NewSignaturePage /> : <SignaturePage id={Number(id)} />;
  if (kind === 'filters') return id === 'new' ? <NewFilterPage /> : <FilterPage id={Number(id)} />;
  return <NoSuch up="mail" />;
}
