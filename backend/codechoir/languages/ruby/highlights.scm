; Captures for Ruby. On one node the last pattern wins: these follow those of the wheel.

; ---- names: the grammar's own query cannot tell a local from a call without a table of scopes

(identifier) @variable
((identifier) @keyword
  (#any-of? @keyword "private" "protected" "public" "module_function"))
(instance_variable) @property
(class_variable) @property
(global_variable) @variable.builtin
(constant) @constructor
((constant) @constant
  (#match? @constant "^[A-Z][A-Z\\d_]+$"))
(method_parameters (identifier) @variable.parameter)
(lambda_parameters (identifier) @variable.parameter)
(block_parameters (identifier) @variable.parameter)
(block_parameter name: (identifier) @variable.parameter)
(splat_parameter name: (identifier) @variable.parameter)
(hash_splat_parameter name: (identifier) @variable.parameter)
(optional_parameter name: (identifier) @variable.parameter)
(keyword_parameter name: (identifier) @variable.parameter)
(destructured_parameter (identifier) @variable.parameter)

(method name: (identifier) @function.method)
(method name: (constant) @function.method)
(method name: (setter (identifier) @function.method))
(method name: (operator) @function.method)
(singleton_method name: (identifier) @function.method)
(call method: (identifier) @function.method)
(call method: (constant) @function.method)
((call method: (identifier) @keyword)
  (#any-of? @keyword "private" "protected" "public" "module_function" "private_constant"))
((call !receiver method: (identifier) @function.builtin)
  (#any-of? @function.builtin
    "attr_accessor" "attr_reader" "attr_writer" "block_given?" "catch" "extend" "format" "include" "lambda" "loop"
    "p" "prepend" "print" "printf" "proc" "putc" "puts" "raise" "require" "require_relative" "sprintf" "throw"))
((identifier) @function.builtin
  (#any-of? @function.builtin "block_given?" "raise"))
(alias (identifier) @function.method)
(undef (identifier) @function.method)
(class name: (constant) @type)
(module name: (constant) @type)
(class name: (scope_resolution name: (constant) @type))
(superclass (constant) @type)
(superclass (scope_resolution name: (constant) @type))
(assignment left: (constant) @constant)
((identifier) @constant.builtin
  (#any-of? @constant.builtin "__FILE__" "__LINE__" "__ENCODING__" "__dir__"))
(self) @variable.builtin
(super) @variable.builtin

; ---- literals

(hash_key_symbol) @property
(simple_symbol) @string.special.symbol
(delimited_symbol) @string.special.symbol
(bare_symbol) @string.special.symbol
(character) @character
(regex) @string.regexp
(regex "/" @string.regexp)
(escape_sequence) @string.escape
(interpolation "#{" @punctuation.special "}" @punctuation.special) @embedded
(rational) @number
(complex) @number
(heredoc_beginning) @string
(heredoc_body) @string
(heredoc_content) @string
(heredoc_end) @string.special
(string_array ["%w(" ")"] @string)
(symbol_array ["%i(" ")"] @string)
(uninterpreted) @text.plain
[(nil) (true) (false)] @constant.builtin
((comment) @comment.documentation
  (#match? @comment.documentation "^=begin"))

; ---- words and symbols

["and" "or" "not" "defined?"] @keyword.operator
["undef" "redo" "BEGIN" "END"] @keyword
(conditional ["?" ":"] @operator)
(pair ":" @punctuation.delimiter)
(keyword_parameter ":" @punctuation.delimiter)
(block_parameters "|" @punctuation.bracket)
(forward_parameter) @operator
(forward_argument) @operator
(hash_splat_nil) @none
(hash_splat_nil "nil" @constant.builtin)
(empty_statement) @punctuation.delimiter
