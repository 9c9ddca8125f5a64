import { cutForMessage, type FieldKind, fail, pushNumber, quoteForMessage, takeNumber } from './field.ts';

// RFC 1876. Angles are thousandths of an arcsecond around 2^31, altitudes centimetres above -100 km, sizes one decimal
// digit times a power of ten, in centimetres.

interface Location {
  readonly latitude: number;
  readonly longitude: number;
  readonly altitude: number;
  /** Diameter of the thing, horizontal and vertical precision. */
  readonly sizes: readonly number[];
}

const keys = [
  'lat_degrees',
  'lat_minutes',
  'lat_seconds',
  'lat_direction',
  'long_degrees',
  'long_minutes',
  'long_seconds',
  'long_direction',
  'altitude',
  'size',
  'precision_horz',
  'precision_vert',
] as const;

const equator = 2 ** 31;
const lowest = 10_000_000;
const defaultSizes = ['1m', '10000m', '10m'];

const scaled = (token: string, digits: number, field: string): number => {
  const [, sign, whole = '', fraction = ''] = /^([+-]?)([0-9]{1,8})(?:\.([0-9]*))?$/.exec(token) ?? [];
  if (whole === '' || fraction.length > digits) {
    return fail(`${field}: ${quoteForMessage(token)} is not a number with at most ${digits} decimals`);
  }
  return Number(whole + fraction.padEnd(digits, '0')) * (sign === '-' ? -1 : 1);
};

const metres = (token: string, field: string): number => scaled(token.replace(/m$/i, ''), 2, field);

/** The nearest value that the wire can say, rounded down as BIND does. */
const size = (token: string, field: string): number => {
  const value = metres(token, field);
  if (value < 0 || value > 9_000_000_000) fail(`${field}: ${quoteForMessage(token)} is not between 0 and 90000000m`);
  const power = 10 ** (String(value).length - 1);
  return Math.floor(value / power) * power;
};

const angle = (parts: readonly string[], direction: string, prefix: string, most: number): number => {
  const [degrees = '', minutes = '0', seconds = '0'] = parts;
  const d = scaled(degrees, 0, `${prefix}_degrees`);
  const m = scaled(minutes, 0, `${prefix}_minutes`);
  const s = scaled(seconds, 3, `${prefix}_seconds`);
  const total = (d * 60 + m) * 60_000 + s;
  if (Math.min(d, m, s) < 0 || m > 59 || s > 59_999 || total > most * 3_600_000) {
    fail(
      `${prefix}: ${cutForMessage(parts.join(' '))} is not between 0 and ${most} degrees, 59 minutes and 59.999 seconds`,
    );
  }
  return equator + (/[SW]/i.test(direction) ? -total : total);
};

const locationOf = (tokens: readonly string[]): Location => {
  const north = tokens.findIndex((token) => /^[NS]$/i.test(token));
  const east = tokens.findIndex((token) => /^[EW]$/i.test(token));
  if (north < 1 || north > 3 || east < north + 2 || east > north + 4) {
    fail('it is not degrees [minutes [seconds]] N or S, degrees [minutes [seconds]] E or W, altitude');
  }
  const [altitude = '', ...sizes] = tokens.slice(east + 1);
  if (sizes.length > 3) fail(`extra text at the end: ${quoteForMessage(sizes.slice(3).join(' '))}`);
  const height = metres(altitude, 'altitude') + lowest;
  if (height < 0 || height >= 2 ** 32)
    fail(`altitude: ${cutForMessage(altitude)} is not between -100000m and 42849672.95m`);
  return {
    latitude: angle(tokens.slice(0, north), tokens[north] ?? '', 'lat', 90),
    longitude: angle(tokens.slice(north + 1, east), tokens[east] ?? '', 'long', 180),
    altitude: height,
    sizes: ['size', 'precision_horz', 'precision_vert'].map((field, i) =>
      size(sizes[i] ?? defaultSizes[i] ?? '', field),
    ),
  };
};

const printAngle = (value: number, positive: string, negative: string): string => {
  const total = Math.abs(value - equator);
  const seconds = total % 60_000;
  const minutes = Math.floor(total / 60_000);
  return `${Math.floor(minutes / 60)} ${minutes % 60} ${(seconds / 1000).toFixed(3)} ${value < equator ? negative : positive}`;
};

const printMetres = (centimetres: number): string => `${(centimetres / 100).toFixed(2)}m`;

const print = (location: Location): string =>
  [
    printAngle(location.latitude, 'N', 'S'),
    printAngle(location.longitude, 'E', 'W'),
    printMetres(location.altitude - lowest),
    ...location.sizes.map(printMetres),
  ].join(' ');

const parse = (tokens: readonly string[]): string => print(locationOf(tokens));

const sizeOctet = (centimetres: number): number => {
  const exponent = String(centimetres).length - 1;
  return Math.floor(centimetres / 10 ** exponent) * 16 + exponent;
};

const sizeOfOctet = (octet: number): number =>
  octet >> 4 > 9 || (octet & 15) > 9 ? fail('a bad size in LOC', 'wire') : (octet >> 4) * 10 ** (octet & 15);

/** The whole of LOC's rdata, whose order in text is not that of the wire. */
export const location: FieldKind = {
  rest: true,
  keys,
  parse,
  fromYaml: (value) => {
    const mapping = value as Readonly<Record<string, unknown>>;
    const optional = new Set<string>(keys.slice(9));
    const tokens = keys.flatMap((key) => {
      const item = mapping[key];
      if (item === undefined && optional.has(key)) return [defaultSizes[keys.indexOf(key) - 9] ?? ''];
      if (typeof item !== 'string' && typeof item !== 'number') return fail(`${key} is missing, or not a number`);
      return [String(item)];
    });
    return parse(tokens);
  },
  toWire: (text, wire) => {
    const { latitude, longitude, altitude, sizes } = locationOf(text.split(' '));
    wire.push(0, ...sizes.map(sizeOctet));
    for (const value of [latitude, longitude, altitude]) pushNumber(wire, value, 4);
  },
  fromWire: (reader) => {
    if (takeNumber(reader, 1) !== 0) fail('a version of LOC other than 0', 'wire');
    const sizes = [0, 1, 2].map(() => sizeOfOctet(takeNumber(reader, 1)));
    const [latitude, longitude, altitude] = [takeNumber(reader, 4), takeNumber(reader, 4), takeNumber(reader, 4)];
    if (Math.abs(latitude - equator) > 90 * 3_600_000 || Math.abs(longitude - equator) > 180 * 3_600_000) {
      fail('a latitude or longitude out of range', 'wire');
    }
    return print({ latitude, longitude, altitude, sizes });
  },
  value: (text) => text,
  toYaml: (text) => {
    const tokens = text.split(' ').map((token) => token.replace(/m$/, ''));
    return Object.fromEntries(
      keys.map((key, i) => [key, key.endsWith('direction') ? (tokens[i] ?? '') : Number(tokens[i])]),
    );
  },
};
