/** Where people read the description of the API. */
export const apiDocsPath = '/api/docs';
