-- Run by a headless Neovim: reads the current buffer, acknowledges what it gets, and writes what it was told
-- to the file named by $CODECHOIR_TOLD. The same calls stand in docs/user-guide/other-editors.md.

local told = { words = {}, states = {}, bytes = 0 }

local function finish()
  local file = assert(io.open(vim.env.CODECHOIR_TOLD, "w"))
  file:write(vim.json.encode(told))
  file:close()
  vim.cmd("qall!")
end

local client = vim.lsp.start_client({
  name = "codechoir",
  cmd = { vim.env.CODECHOIR_PYTHON, "-m", "codechoir.lsp" },
  root_dir = vim.fn.getcwd(),
  init_options = { audio = "client", engine = "silent", rate = 600 },
  handlers = {
    ["codechoir/audio"] = function(_, params, context)
      told.bytes = told.bytes + #params.pcm
      for _, mark in ipairs(params.marks) do
        table.insert(told.words, mark.text)
      end
      vim.lsp.get_client_by_id(context.client_id).notify("codechoir/ack", {
        session = params.session,
        playedSamples = params.firstSample + #params.pcm,
      })
    end,
    ["codechoir/state"] = function(_, params)
      table.insert(told.states, params.state)
      if params.state == "finished" or params.state == "error" then
        finish()
      end
    end,
  },
})

vim.lsp.buf_attach_client(0, client)
vim.api.nvim_buf_set_lines(0, 1, 1, false, { "edited, unsaved" })
vim.wait(20000, function()
  return vim.lsp.get_client_by_id(client) ~= nil and vim.lsp.get_client_by_id(client).initialized
end)
vim.lsp.get_client_by_id(client).request("workspace/executeCommand", {
  command = "codechoir.server.read",
  arguments = { { uri = vim.uri_from_bufnr(0), unit = "file" } },
}, function(failure, result)
  told.failure = failure
  told.session = result and result.session
  if failure then
    finish()
  end
end, 0)
