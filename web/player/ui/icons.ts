/** Shapes of the icons, 24 by 24. */
export const icons = {
  play: 'M7 4.5v15l12.5-7.5z',
  pause: 'M6.5 5h4v14h-4zM13.5 5h4v14h-4z',
  sound:
    'M3.5 9v6h4l5 4.5v-15l-5 4.5zM15.2 8.2v7.6a4.4 4.4 0 0 0 0-7.6zM15.2 4.3v2.1a6.2 6.2 0 0 1 0 11.2v2.1a8.2 8.2 0 0 0 0-15.4z',
  muted:
    'M3.5 9v6h4l5 4.5v-15l-5 4.5zM16.2 8.8l-1.3 1.3 1.9 1.9-1.9 1.9 1.3 1.3 1.9-1.9 1.9 1.9 1.3-1.3-1.9-1.9 1.9-1.9-1.3-1.3-1.9 1.9z',
  fullscreen: 'M4 4h6v2H6v4H4zM14 4h6v6h-2V6h-4zM4 14h2v4h4v2H4zM18 14h2v6h-6v-2h4z',
  shrink: 'M8 4h2v6H4V8h4zM14 4h2v4h4v2h-6zM4 14h6v6H8v-4H4zM14 14h6v2h-4v4h-2z',
  picture: 'M3 5h18v6h-2V7H5v10h5v2H3zM12 13h9v6h-9z',
  numbers: 'M4 20V10h3.4v10zM10.3 20V4h3.4v16zM16.6 20v-7H20v7z',
  peers:
    'M12 3.2a2.6 2.6 0 0 1 1 5v2.5l3.9 4a2.6 2.6 0 1 1-1.5 1.4L12 12.700l-3.400 3.400a2.6 2.6 0 1 1-1.500-1.400l3.900-4V8.200a2.6 2.6 0 0 1 1-5z',
  quality: 'M4 7h9v2H4zM17 7h3v2h-3zM14 5h2v6h-2zM4 15h3v2H4zM11 15h9v2h-9zM8 13h2v6H8z',
  captions: 'M3 5h18v14H3zM5 7v10h14V7zM7 13h6v2H7zM15 13h2v2h-2zM7 9.500h3v2H7zM12 9.500h5v2h-5z',
  close:
    'M6.4 5 12 10.600 17.600 5 19 6.400 13.400 12 19 17.600 17.600 19 12 13.400 6.400 19 5 17.600 10.600 12 5 6.400z',
} as const;
