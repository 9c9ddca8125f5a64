// The examples of labels and groups as interface.md has them, comments and all, and the grants that it shows for them.

export const labels = `labels:
  mailserver:
    dns:
      records:
        - { type: A, name: "{{server.name}}.lab.internal" }      # value defaults to the server's addresses
        - { type: TXT, name: "{{server.name}}.lab.internal", value: "rack {{server.rack}}" }
      claims:
        - { name: mail.example.com, type: A, health_check: { port: 25 } }
`;

export const groups = `groups:
  production-web:
    match: { labels: [web-frontend], environment: prod }          # all must hold; a list of values: one of them
    dns:
      claims:
        - { name: www.example.com, type: A, health_check: { url: "https://{{server.ip}}/healthz" } }
`;

export const grants = `grants:
  - { label: mailserver, names: ["mail.example.com"], types: [A, AAAA], cidrs: [192.0.2.0/24], max_values: 20 }
  - { group: production-web, names: ["www.example.com", "*.web.example.com"], types: [A, AAAA] }
  - { label: mailserver, names: ["*.lab.internal"], types: [A, TXT] }
`;
