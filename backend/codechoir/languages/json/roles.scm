; Roles of tokens in JSON.

(object "{" @role.map.open "}" @role.map.close)
(array "[" @role.list.open "]" @role.list.close)
(pair ":" @role.mapping)
"," @role.separator
(pair key: (string) @role.string)
