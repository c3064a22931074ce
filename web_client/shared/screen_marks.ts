/** Elements of this class are recorded as an empty box of their size: pictures of people. */
export const UNRECORDED_CLASS = "sl-unrecorded";
/** Text inside elements of this class is recorded as stars. */
export const MASKED_CLASS = "sl-masked";
/** The words over a drawn page, which nobody sees: a replay, which has no drawing, shows them. */
export const PAGE_WORDS_CLASS = "sl-page-words";
