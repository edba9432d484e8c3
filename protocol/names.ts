/** Names that stand in addresses and attributes, for those who check them without schemas. */

/** 1 to 63 of a-z, 0-9 and `-`, beginning with a letter or digit: it stands in URLs and in RTMP stream names. */
export const CHANNEL_NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;
export const CHANNEL_NAME_RULE = 'must be 1 to 63 of a-z, 0-9 and "-", not beginning with "-"';

/** Upload policies of a channel's viewers: `relay` shows no viewer's address to another. */
export const P2P_POLICIES = ['on', 'relay', 'off'] as const;
