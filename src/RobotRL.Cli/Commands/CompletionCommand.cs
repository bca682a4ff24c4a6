using System.CommandLine;
using RobotRL.Sessions.Processes;

namespace RobotRL.Cli.Commands;

/// <summary><c>robotrl completion</c>: a script with which a shell completes command lines. It asks this program what may stand at the cursor.</summary>
internal static class CompletionCommand
{
    private const string Bash = """
        # robotrl completion bash >> ~/.bashrc
        _robotrl() {
          local IFS=$'\n' word=${COMP_WORDS[COMP_CWORD]}
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:$COMP_POINT]" "$COMP_LINE" 2>/dev/null)" -- "$word"))
        }
        complete -o default -F _robotrl robotrl ./robotrl
        """;

    private const string Zsh = """
        # robotrl completion zsh >> ~/.zshrc, after compinit
        _robotrl() {
          local -a words_here
          words_here=("${(f)$("${words[1]}" "[suggest:$CURSOR]" "$BUFFER" 2>/dev/null)}")
          compadd -a words_here
          _files
        }
        compdef _robotrl robotrl
        """;

    private const string Pwsh = """
        # robotrl completion pwsh >> $PROFILE
        Register-ArgumentCompleter -Native -CommandName robotrl -ScriptBlock {
          param($word, $line, $cursor)
          robotrl "[suggest:$cursor]" "$line" 2>$null | Where-Object { $_ -like "$word*" } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;

    private enum Shell { Bash, Zsh, Pwsh }

    public static Command Create()
    {
        Argument<Shell> shell = new("shell") { Description = "bash, zsh or pwsh" };
        return new Command("completion", "Print a script with which a shell completes command lines") { shell }.Does((parse, _) =>
        {
            Console.Out.WriteLine(parse.GetValue(shell) switch { Shell.Bash => Bash, Shell.Zsh => Zsh, _ => Pwsh });
            return ExitCode.Done;
        });
    }
}
