import { z } from 'zod';
import { optional, publicUrl, text } from '../../platform/settings/setting-schemas.js';
import { realmSetting, Settings } from '../../platform/settings/settings.js';

const color = z.string().regex(/^#[0-9a-f]{6}$/i, 'must be a colour such as #2563eb');
/** `Name <address>` or an address; no line breaks, which could add a header. */
const sender = z.string().regex(/^[^\r\n<>]*<?[^\s@<>]+@[^\s@<>]+>?$/, {
  message: 'must be an address such as "Example <no-reply@example.com>"',
});

export const MAIL_SETTINGS = new Settings({
  mailFrom: realmSetting(sender, 'authgraph <no-reply@localhost>', 'who mails are from'),
  appUrl: realmSetting(
    optional(publicUrl),
    undefined,
    'where links in mails lead: the URL of your frontend',
  ),
  brandName: realmSetting(text, 'authgraph', 'what mails call your service'),
  brandColor: realmSetting(color, '#2563eb', 'the colour of buttons in mails'),
  brandLogo: realmSetting(
    optional(publicUrl),
    undefined,
    'URL of the image above mails, 36 pixels high',
  ),
});
