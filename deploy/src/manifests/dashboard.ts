interface Panel {
  title: string;
  description: string;
  unit: 'reqps' | 's' | 'short' | 'percentunit' | 'mails/s' | 'ops';
  /** Legend and PromQL. */
  queries: [legend: string, expr: string][];
}

const rows: [row: string, panels: Panel[]][] = [
  [
    'What people feel',
    [
      {
        title: 'Requests',
        description: 'Answers of the gateway a second, by class of status.',
        unit: 'reqps',
        queries: [
          ['2xx', 'sum(rate(helpmesh_http_requests_total{status=~"2.."}[$__rate_interval]))'],
          ['4xx', 'sum(rate(helpmesh_http_requests_total{status=~"4.."}[$__rate_interval]))'],
          ['5xx', 'sum(rate(helpmesh_http_requests_total{status=~"5.."}[$__rate_interval]))'],
        ],
      },
      {
        title: 'Answer time',
        description: 'Half and 95 % of all requests are answered within.',
        unit: 's',
        queries: [
          [
            'p50',
            'histogram_quantile(0.5, sum by (le) (rate(helpmesh_http_request_seconds_bucket[$__rate_interval])))',
          ],
          [
            'p95',
            'histogram_quantile(0.95, sum by (le) (rate(helpmesh_http_request_seconds_bucket[$__rate_interval])))',
          ],
        ],
      },
      {
        title: 'Live views',
        description: 'Browsers that are told of changes as they happen.',
        unit: 'short',
        queries: [['open', 'sum(helpmesh_event_streams_open)']],
      },
    ],
  ],
  [
    'Mail',
    [
      {
        title: 'Mail in',
        description: 'Mails kept and committed a second, and those refused.',
        unit: 'mails/s',
        queries: [
          ['{{channel}}', 'sum by (channel) (rate(helpmesh_mail_received_total[$__rate_interval]))'],
          ['refused', 'sum(rate(helpmesh_mail_refused_total[$__rate_interval]))'],
        ],
      },
      {
        title: 'From receipt to the ticket service',
        description: 'The promise is a minute for 99.5 %.',
        unit: 's',
        queries: [
          [
            'p99',
            'histogram_quantile(0.99, sum by (le) (rate(helpmesh_mail_processing_delay_seconds_bucket[$__rate_interval])))',
          ],
          ['oldest waiting', 'max(helpmesh_mail_backlog_oldest_seconds)'],
        ],
      },
      {
        title: 'Mail out',
        description: 'Tries to deliver, by what they came to.',
        unit: 'mails/s',
        queries: [['{{outcome}}', 'sum by (outcome) (rate(helpmesh_mail_deliveries_total[$__rate_interval]))']],
      },
      {
        title: 'Outgoing queue',
        description: 'Mails that are not done.',
        unit: 'short',
        queries: [['{{state}}', 'sum by (state) (helpmesh_mail_queue_items)']],
      },
    ],
  ],
  [
    'Inside',
    [
      {
        title: 'Oldest unpublished event',
        description: 'Grows when the broker or a relay is down; nothing is lost meanwhile.',
        unit: 's',
        queries: [['{{job}}', 'max by (job) (helpmesh_outbox_oldest_seconds)']],
      },
      {
        title: 'Messages handled',
        description: 'By durable consumer and how they ended.',
        unit: 'ops',
        queries: [
          [
            '{{durable}} {{outcome}}',
            'sum by (durable, outcome) (rate(helpmesh_bus_messages_total[$__rate_interval]))',
          ],
        ],
      },
      {
        title: 'Dead letters',
        description: 'Messages given up and not replayed since.',
        unit: 'short',
        queries: [['{{job}}', 'sum by (job) (helpmesh_dead_letters_count)']],
      },
      {
        title: 'Questions',
        description: 'Time from the arrival of a batch of questions to its reply, 95 %.',
        unit: 's',
        queries: [
          [
            '{{subject}}',
            'histogram_quantile(0.95, sum by (le, subject) (rate(helpmesh_rpc_answer_seconds_bucket[$__rate_interval])))',
          ],
        ],
      },
    ],
  ],
];

// biome-ignore lint/suspicious/noTemplateCurlyInString: Grafana fills it in
const datasource = { type: 'prometheus', uid: '${datasource}' };

function panel({ title, description, unit, queries }: Panel, id: number, x: number, y: number, w: number) {
  return {
    id,
    type: 'timeseries',
    title,
    description,
    datasource,
    gridPos: { x, y, w, h: 8 },
    fieldConfig: { defaults: { unit, min: 0, custom: { fillOpacity: 8, showPoints: 'never' } }, overrides: [] },
    options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
    targets: queries.map(([legendFormat, expr], i) => ({
      refId: String.fromCharCode(65 + i),
      datasource,
      expr,
      legendFormat,
    })),
  };
}

/** The one dashboard: what people feel first, then mail, then the inside. */
export function generateDashboard(): Map<string, string> {
  let id = 0;
  let y = 0;
  const panels = rows.flatMap(([row, members]) => {
    const head = {
      id: ++id,
      type: 'row',
      title: row,
      collapsed: false,
      gridPos: { x: 0, y: y++, w: 24, h: 1 },
      panels: [],
    };
    const width = Math.floor(24 / members.length);
    const made = members.map((member, i) => panel(member, ++id, i * width, y, width));
    y += 8;
    return [head, ...made];
  });
  const dashboard = {
    uid: 'helpmesh',
    title: 'Helpmesh',
    tags: ['helpmesh'],
    schemaVersion: 41,
    timezone: 'browser',
    refresh: '30s',
    time: { from: 'now-6h', to: 'now' },
    templating: { list: [{ name: 'datasource', type: 'datasource', query: 'prometheus', label: 'Data source' }] },
    panels,
  };
  return new Map([['deploy/observability/grafana/helpmesh.json', `${JSON.stringify(dashboard, null, 2)}\n`]]);
}
