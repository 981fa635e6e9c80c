import { FileObjects } from './file.ts';
import { S3Objects } from './s3.ts';
import { type Objects, ObjectsError } from './store.ts';

/**
 * @param url OBJECTS_URL: `file:/path`, or `s3://key:secret@host:port/bucket?tls=1&region=…`, each part percent-encoded
 * @throws ObjectsError `broken` for a URL that is neither; its message has no secret
 */
export function connectObjects(url: string): Objects {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw new ObjectsError('broken', 'OBJECTS_URL must be file:/path or s3://key:secret@host:port/bucket');
  }
  if (parsed.protocol === 'file:') return new FileObjects(decodeURIComponent(parsed.pathname));
  const bucket = decodeURIComponent(parsed.pathname.replace(/^\/|\/$/g, ''));
  if (parsed.protocol !== 's3:' || parsed.hostname === '' || bucket === '' || bucket.includes('/'))
    throw new ObjectsError('broken', 'OBJECTS_URL must be file:/path or s3://key:secret@host:port/bucket');
  const isTls = parsed.searchParams.get('tls') === '1';
  return new S3Objects({
    host: parsed.hostname,
    port: Number(parsed.port) || (isTls ? 443 : 80),
    isTls,
    key: decodeURIComponent(parsed.username),
    secret: decodeURIComponent(parsed.password),
    region: parsed.searchParams.get('region') ?? 'us-east-1',
    bucket,
  });
}
