"""Every message between processes and to the browser. TypeScript types are generated from here."""
