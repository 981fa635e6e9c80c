-- SIP messages of a call have a right of their own. Tokens that read them keep it; what a new one may is asked when it is issued.
UPDATE api_tokens SET scopes = array_append(scopes, 'signalling:read') WHERE 'calls:read' = ANY (scopes);
