import { expect, test } from 'vitest';
import { targetProblem } from './hook-target.ts';

test('public https names may be called', () => {
  for (const url of ['https://hooks.example.org/x', 'https://hooks.example.org:8443/x?y=z']) {
    expect(targetProblem(url, false)).toBeUndefined();
  }
});

test('nothing inside the machine or its network may be called, however it is spelt', () => {
  const urls = [
    'http://hooks.example.org/',
    'https://localhost/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://10.0.0.1:8443/',
    'https://169.254.169.254/latest',
    'https://router/',
    'https://metadata.google.internal/',
    'https://printer.local./',
    'https://user:secret@hooks.example.org/',
    'https://hooks.example.org/#x',
    'ftp://hooks.example.org/',
    'file:///etc/passwd',
    'nonsense',
  ];
  for (const url of urls) expect(targetProblem(url, false), url).toBeTypeOf('string');
});

test('a setting for local use allows http and this machine, and still no credentials', () => {
  expect(targetProblem('http://127.0.0.1:9000/x', true)).toBeUndefined();
  expect(targetProblem('http://u:p@127.0.0.1:9000/x', true)).toBeTypeOf('string');
  expect(targetProblem('file:///etc/passwd', true)).toBeTypeOf('string');
});
