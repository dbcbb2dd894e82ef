/** Namespace of the description; calls may use any, and are answered in theirs. */
const TNS = 'urn:helpmesh:external-helpdesk';

const contactFields = [
  ...['id', 'email', 'prefix', 'first_name', 'insertion', 'middle_name', 'last_name', 'suffix', 'accounts'],
];

interface Method {
  name: string;
  text: string;
  parts: readonly (readonly [name: string, type: string])[];
  result: string;
}

const methods: Method[] = [
  { name: 'greet', text: 'Text that names this helpdesk.', parts: [], result: 'xsd:string' },
  {
    name: 'alter_contacts',
    text: 'Adds and changes contacts; answers how many are new or changed.',
    parts: [['contacts', 'tns:Contacts']],
    result: 'xsd:int',
  },
  { name: 'list_contacts', text: 'Ids of the contacts that are known.', parts: [], result: 'tns:Ids' },
  {
    name: 'init_session',
    text: 'Link that signs the contact in, once; act is add or list.',
    parts: [
      ['id', 'xsd:string'],
      ['ip', 'xsd:string'],
      ['act', 'xsd:string'],
    ],
    result: 'xsd:string',
  },
];

/** Description of the External Helpdesk API, rpc/encoded as its callers are; for people and tools, no caller needs it. */
export function pbasWsdl(location: string): string {
  const each = (write: (method: Method) => string) => methods.map(write).join('\n');
  const array = (name: string, type: string) =>
    `      <xsd:complexType name="${name}"><xsd:complexContent><xsd:restriction base="soapenc:Array">` +
    `<xsd:attribute ref="soapenc:arrayType" wsdl:arrayType="${type}[]"/>` +
    '</xsd:restriction></xsd:complexContent></xsd:complexType>';
  const body = `<soap:body use="encoded" namespace="${TNS}" encodingStyle="http://schemas.xmlsoap.org/soap/encoding/"/>`;
  const address = location.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;');
  return `<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions name="ExternalHelpdesk" targetNamespace="${TNS}" xmlns:tns="${TNS}"
  xmlns:wsdl="http://schemas.xmlsoap.org/wsdl/" xmlns:soap="http://schemas.xmlsoap.org/wsdl/soap/"
  xmlns:soapenc="http://schemas.xmlsoap.org/soap/encoding/" xmlns:xsd="http://www.w3.org/2001/XMLSchema">
  <wsdl:types>
    <xsd:schema targetNamespace="${TNS}">
      <xsd:import namespace="http://schemas.xmlsoap.org/soap/encoding/"/>
      <xsd:complexType name="Contact"><xsd:all>
${contactFields.map((name) => `        <xsd:element name="${name}" type="xsd:string" minOccurs="0"/>`).join('\n')}
      </xsd:all></xsd:complexType>
${array('Contacts', 'tns:Contact')}
${array('Ids', 'xsd:string')}
    </xsd:schema>
  </wsdl:types>
${each(({ name, parts, result }) => {
  const inputs = parts.map(([part, type]) => `<wsdl:part name="${part}" type="${type}"/>`).join('');
  return `  <wsdl:message name="${name}Request">${inputs}</wsdl:message>
  <wsdl:message name="${name}Response"><wsdl:part name="result" type="${result}"/></wsdl:message>`;
})}
  <wsdl:portType name="ExternalHelpdeskPort">
${each(
  ({ name, text }) => `    <wsdl:operation name="${name}"><wsdl:documentation>${text}</wsdl:documentation>
      <wsdl:input message="tns:${name}Request"/><wsdl:output message="tns:${name}Response"/></wsdl:operation>`,
)}
  </wsdl:portType>
  <wsdl:binding name="ExternalHelpdeskBinding" type="tns:ExternalHelpdeskPort">
    <soap:binding style="rpc" transport="http://schemas.xmlsoap.org/soap/http"/>
${each(
  ({ name }) => `    <wsdl:operation name="${name}"><soap:operation soapAction="${TNS}#${name}"/>
      <wsdl:input>${body}</wsdl:input><wsdl:output>${body}</wsdl:output></wsdl:operation>`,
)}
  </wsdl:binding>
  <wsdl:service name="ExternalHelpdesk">
    <wsdl:port name="ExternalHelpdeskPort" binding="tns:ExternalHelpdeskBinding"><soap:address location="${address}"/></wsdl:port>
  </wsdl:service>
</wsdl:definitions>
`;
}
