/**
 * For Windows PowerShell 5.1 and PowerShell 7.
 *
 * Elements of the command line are taken up to the cursor, without their quotes. An empty argument is sent as two quotes: before 7.3
 * PowerShell drops empty ones. Where nothing fits an empty text is answered, since nothing at all makes PowerShell list files, which is
 * what is wanted for `:files`. Where it takes only the end of a word for the word (`a,b`), what is before is taken off.
 * Sources: learn.microsoft.com, `Register-ArgumentCompleter`, "about_Parsing", `CompletionResult` (no text of it may be empty).
 */
export const powershellScript: string = `# lateen completion for PowerShell: lateen completion powershell | Out-String | Invoke-Expression
Register-ArgumentCompleter -Native -CommandName lateen -ScriptBlock {
  param($wordToComplete, $commandAst, $cursorPosition)
  $words = @()
  $end = -1
  foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
    if ($element.Extent.StartOffset -ge $cursorPosition) { break }
    $end = $element.Extent.EndOffset
    $text = $element.Extent.Text
    if ($end -gt $cursorPosition) {
      $text = $text.Substring(0, $cursorPosition - $element.Extent.StartOffset)
      $end = $cursorPosition
    } elseif ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) {
      $text = $element.Value
    }
    $words += $text.Trim([char[]]@('"', "'"))
  }
  if ($end -ne $cursorPosition) { $words += '' }
  $typed = $words[-1]
  $arguments = @('__complete', '--') + @($words | ForEach-Object { if ($_ -eq '') { '""' } else { $_ } })
  $encoding = [Console]::OutputEncoding
  try { [Console]::OutputEncoding = [System.Text.Encoding]::UTF8 } catch { }
  try { $found = @(lateen @arguments 2>$null) } catch { $found = @() } finally {
    try { [Console]::OutputEncoding = $encoding } catch { }
  }
  if ($found.Count -eq 1 -and $found[0] -eq ':files') { return }
  if ($found.Count -eq 0) { return '' }
  $word = $wordToComplete.Trim([char[]]@('"', "'"))
  $lead = if ($typed.EndsWith($word)) { $typed.Length - $word.Length } else { 0 }
  foreach ($line in $found) {
    $value, $about = $line -split "\`t", 2
    if (-not $value) { continue }
    if (-not $about) { $about = $value }
    $text = $value.Substring([Math]::Min($lead, $value.Length))
    if ($text -match '[^\\w./:=,+-]') { $text = "'" + $text.Replace("'", "''") + "'" }
    if ($text) { [System.Management.Automation.CompletionResult]::new($text, $value, 'ParameterValue', $about) }
  }
}`;
