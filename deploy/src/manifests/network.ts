import type { INetworkPolicy, INetworkPolicyEgressRule } from 'kubernetes-models/networking.k8s.io/v1';
import type { Needs } from './needs.ts';
import { labels } from './workload.ts';

const tcp = (port: number) => ({ protocol: 'TCP' as const, port });

/** Nothing may talk to anything; each service then gets the few doors it needs. */
export function defaultDeny(): INetworkPolicy {
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'default-deny' },
    spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
  };
}

export function networkPolicy(need: Needs): INetworkPolicy {
  const to = (name: string, port: number): INetworkPolicyEgressRule => ({
    to: [{ podSelector: { matchLabels: { 'app.kubernetes.io/name': name } } }],
    ports: [tcp(port)],
  });
  const egress: INetworkPolicyEgressRule[] = [
    {
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
      ports: [{ protocol: 'UDP', port: 53 }, tcp(53)],
    },
    to('nats', 4222),
    to('otel-collector', 4318),
  ];
  if (need.database) egress.push(to('postgres', 5432));
  if (need.redis) egress.push(to('redis', 6379));
  if (need.outside.length > 0) {
    // Mail servers and sign-in providers may stand anywhere, but never on the addresses where clouds keep their metadata.
    egress.push({
      to: [{ ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.0.0/16'] } }],
      ports: need.outside.map(tcp),
    });
  }
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: need.service, labels: labels(need.service) },
    spec: {
      podSelector: {
        matchExpressions: [
          { key: 'app.kubernetes.io/name', operator: 'In', values: [need.service, `${need.service}-migrate`] },
        ],
      },
      policyTypes: ['Ingress', 'Egress'],
      ingress: [
        ...(need.listens.length > 0 ? [{ ports: need.listens.map(({ port }) => tcp(port)) }] : []),
        {
          from: [{ namespaceSelector: { matchLabels: { 'helpmesh.io/monitoring': 'true' } } }],
          ports: [tcp(need.healthPort)],
        },
      ],
      egress,
    },
  };
}
