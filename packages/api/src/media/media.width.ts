// The widths that pictures are rendered in, where the original has as much: what clients may count on.

export const pictureWidths = [320, 640, 1_080, 2_048] as const;
