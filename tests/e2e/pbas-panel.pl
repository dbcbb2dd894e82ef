# What the PBA-S side does, with the library it is written with: perl pbas-panel.pl <url> <secret phrase>
# Prints what came of it as JSON.
use strict;
use warnings;
use utf8;
use Digest::SHA qw(hmac_sha256_hex);
use JSON::PP;
use SOAP::Lite;

my ($url, $secret) = @ARGV;
my $phrase = $secret;
my $panel  = SOAP::Lite->uri('urn:HSPC/Helpdesk')->proxy($url);
$panel->transport->add_handler(
    request_prepare => sub {
        my $request = shift;
        $request->header('X-HSPC-Security' => hmac_sha256_hex($request->content, $phrase));
        return;
    }
);
my %seen;
my $fault = sub { my $answer = shift; { code => $answer->faultcode, string => $answer->faultstring } };

$seen{greet} = $panel->greet->result;
my @contacts = (
    { id => 4711, email => 'joerg@panel.example', prefix => 'Dr.', first_name => "J\x{f6}rg", insertion => 'van der',
      last_name => "M\x{fc}ller \x{2603}", accounts => 'Shop,007' },
    { id => '0042', email => '', first_name => 'Ann', last_name => undef },
);
$seen{altered} = $panel->alter_contacts(\@contacts)->result;
$seen{again}   = $panel->alter_contacts(SOAP::Data->name(contacts => \@contacts))->result;
$seen{listed}  = $panel->list_contacts->result;
$seen{link}    = $panel->init_session(4711, '192.0.2.10', 'add')->result;
$seen{unknown} = $fault->($panel->init_session(1, '192.0.2.10', 'list'));
$seen{method}  = $fault->($panel->drop_tables);
$phrase = 'another phrase';
$seen{intruder} = $fault->($panel->greet);
print JSON::PP->new->ascii->canonical->encode(\%seen);
