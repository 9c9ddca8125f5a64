import { describe, expect, it } from 'vitest';
import { addressInName, specialUse } from '../../src/model/address.ts';

describe('special use', () => {
  it.each([
    '0.0.0.0',
    '10.255.255.255',
    '100.127.255.255',
    '127.0.0.53',
    '169.254.1.1',
    '172.16.0.0',
    '172.31.255.255',
    '192.0.0.8',
    '192.0.2.1',
    '192.168.0.1',
    '198.19.255.255',
    '198.51.100.1',
    '203.0.113.255',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:192.0.2.1',
    '64:ff9b::1',
    '100::1',
    '2001::1',
    '2001:2::1',
    '2001:db8::1',
    '2002:a00:1::',
    '3fff:fff::1',
    'fc00::1',
    'fdff::1',
    'fe80::1',
    'febf::1',
    'ff02::1',
  ])('%s', (address) => {
    expect(specialUse(address)).toMatch(/^[^ ].*\(RFC \d+\)$/);
  });

  it.each([
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.1',
    '198.20.0.0',
    '223.255.255.255',
    '2000::',
    '2001:db9::1',
    '2001:1::1',
    '2606:4700::1111',
    '3fff:1000::1',
    '2a00:1450:4001::',
  ])('none of %s', (address) => {
    expect(specialUse(address)).toBeNull();
  });
});

describe('an address where a name belongs', () => {
  it.each([
    ['192.0.2.1.', 'example.com.', '192.0.2.1'],
    ['192.0.2.1.example.com.', 'example.com.', '192.0.2.1'],
    ['2001:db8::1.', 'example.com.', '2001:db8::1'],
    ['::1.example.com.', 'example.com.', '::1'],
    ['fe80::1.example.com.', 'example.com.', 'fe80::1'],
    ['192.0.2.1.example.net.', 'example.com.', null],
    ['192.0.2.example.com.', 'example.com.', null],
    ['192.0.2.256.', 'example.com.', null],
    ['1.2.0.192.in-addr.arpa.', 'in-addr.arpa.', null],
    ['www.example.com.', 'example.com.', null],
    ['example.com.', 'example.com.', null],
  ])('%s in %s: %s', (name, zone, address) => {
    expect(addressInName(name, zone)).toBe(address);
  });
});
