/** The mark, as on the watch page. */
export function Brand({ href }: { href?: string }) {
  const mark = (
    <>
      <svg viewBox='0 0 34 22' aria-hidden='true'>
        <path d='M1 7q6-6 13 0l4-3v8l-4-3q-7 6-13-2z' />
        <path
          d='M14 16.500q5-4.600 10.500 0l3.200-2.400v6.400l-3.200-2.400q-5.500 4.600-10.500-1.600z'
          opacity='.75'
        />
        <path d='M21 5q4-3.700 8.500 0L32 3v5.300L29.500 6.500Q25 10.300 21 5z' opacity='.5' />
      </svg>
      Shoal
    </>
  );
  return href ? <a class='brand' href={href}>{mark}</a> : <span class='brand'>{mark}</span>;
}
