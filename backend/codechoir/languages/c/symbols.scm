((declaration) @prototype.function (#set! name "declarator"))
