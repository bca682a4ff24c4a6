using System.Buffers;
using System.Text;
using Spectre.Console;

namespace RobotRL.Cli.Display;

/// <summary>
/// What is printed comes in part from files that somebody else wrote. A terminal obeys control characters: they would clear the screen, forge a verdict or
/// change the title. They are spelled out, and so are those that reverse the direction of reading.
/// </summary>
internal static class Terminal
{
    private static readonly SearchValues<char> Commanding = SearchValues.Create(
        [.. Enumerable.Range(0, 0xA0).Select(c => (char)c).Where(char.IsControl), .. "\u2028\u2029\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069"]);

    /// <summary>Draws progress, on standard error. It draws with control characters of its own, so its parts are made safe one by one.</summary>
    public static IAnsiConsole Log { get; } = Drawn(Outlet.OfError);

    /// <summary>Draws answers, on standard output.</summary>
    public static IAnsiConsole Answers { get; } = Drawn(Outlet.OfOutput);

    /// <summary>Has standard output and standard error outlive their readers and spell out control characters, but for ends of lines and tabs.</summary>
    public static void Guard()
    {
        Console.SetOut(new Spelling(Outlet.OfOutput));
        Console.SetError(new Spelling(Outlet.OfError));
    }

    /// <summary>A file or a pipe gets no colours.</summary>
    private static IAnsiConsole Drawn(Outlet outlet) => AnsiConsole.Create(outlet.IsTerminal
        ? new AnsiConsoleSettings { Out = outlet }
        : new AnsiConsoleSettings { Out = outlet, Ansi = AnsiSupport.No, ColorSystem = ColorSystemSupport.NoColors, Interactive = InteractionSupport.No });

    /// <summary>A text as it stands in one cell of one line.</summary>
    public static string Cell(string text) => Spelled(text, keepsLines: false);

    private static string Spelled(string text, bool keepsLines)
    {
        if (!text.AsSpan().ContainsAny(Commanding)) return text;
        var spelled = new StringBuilder(text.Length + 16);
        for (var i = 0; i < text.Length; i++)
        {
            var isKept = !Commanding.Contains(text[i])
                || (keepsLines && (text[i] is '\n' or '\t' || (text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n')));
            if (isKept) spelled.Append(text[i]);
            else spelled.Append($"\\u{(int)text[i]:x4}");
        }
        return spelled.ToString();
    }

    private sealed class Spelling(TextWriter inner) : TextWriter
    {
        public override Encoding Encoding => inner.Encoding;

        public override void Write(char value) => Write(value.ToString());

        public override void Write(char[] buffer, int index, int count) => Write(new string(buffer, index, count));

        public override void Write(ReadOnlySpan<char> buffer) => Write(buffer.ToString());

        public override void Write(string? value)
        {
            if (value is not null) inner.Write(Spelled(value, keepsLines: true));
        }

        public override void WriteLine() => inner.WriteLine();

        public override void WriteLine(string? value) => inner.WriteLine(value is null ? null : Spelled(value, keepsLines: true));

        public override void Flush() => inner.Flush();
    }
}
