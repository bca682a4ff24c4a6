using System.Globalization;
using System.Text;

namespace RobotRL.Configuration;

/// <summary>A process that a launch file starts.</summary>
/// <param name="Name">For people.</param>
/// <param name="Prefix">What starts it, such as <c>taskset -c 1</c>; empty for nothing.</param>
/// <param name="Command">Program and arguments.</param>
/// <param name="Folder">Where it works; null for the folder of whoever starts it.</param>
/// <param name="Environment">Over the environment of whoever starts it.</param>
/// <param name="Shows">Whether its output goes to the screen.</param>
public sealed record LaunchProcess(
    string Name, IReadOnlyList<string> Prefix, IReadOnlyList<string> Command, string? Folder, IReadOnlyDictionary<string, string> Environment, bool Shows)
{
    /// <summary>How often it is started again where a file does not say.</summary>
    public const int StandardRespawns = 5;

    /// <summary>After how long it is started again once it has ended by itself; null for never.</summary>
    public TimeSpan? RespawnDelay { get; init; }

    /// <summary>So often it is started again at most.</summary>
    public int MostRespawns { get; init; } = StandardRespawns;

    /// <summary>From the request to end to a firmer one, and from that to the end by force.</summary>
    public TimeSpan TermAfter { get; init; } = TimeSpan.FromSeconds(5);

    /// <inheritdoc cref="TermAfter"/>
    public TimeSpan KillAfter { get; init; } = TimeSpan.FromSeconds(60);
}

/// <summary>
/// A launch file in ROS 2's YAML syntax: arguments, variables of the environment, and executables in the order in which they start. It holds what
/// <c>ros2 launch</c> runs unchanged; what only that can do, such as nodes of packages, is refused here.
/// </summary>
public sealed class LaunchScript
{
    private readonly Diagnostics _errors;
    private readonly string _folder;
    private readonly IReadOnlyDictionary<string, string> _given;
    private readonly Dictionary<string, string> _variables = [], _environment = [];
    private readonly List<LaunchProcess> _processes = [];

    private LaunchScript(string path, IReadOnlyDictionary<string, string> given) =>
        (_errors, _folder, _given) = (new(path), Path.GetDirectoryName(path)!, given);

    /// <summary>Whether a file is such a list of actions, and not a launch file of the older kind.</summary>
    public static bool IsScript(string path) =>
        File.Exists(path) && YamlTree.ReadFile(Path.GetFullPath(path), new(path)) is { } root && root.Values.GetValueOrDefault("launch") is ListNode;

    /// <summary>The processes, in the order in which they start. Reads only.</summary>
    /// <param name="path">Of the file.</param>
    /// <param name="given">Arguments by name, as <c>name:=value</c> gives them.</param>
    /// <exception cref="ConfigurationException">Anything is missing, unknown or not to be had here; holds every error.</exception>
    public static IReadOnlyList<LaunchProcess> Load(string path, IReadOnlyDictionary<string, string> given)
    {
        path = Path.GetFullPath(path);
        LaunchScript script = new(path, given);
        var root = YamlTree.ReadFile(path, script._errors);
        script._errors.ThrowIfAny();
        var list = (ListNode)root!.Values["launch"];
        foreach (var (i, item) in list.Items.Index()) script.Take($"launch.{i}", item);
        foreach (var name in given.Keys.Except(script._variables.Keys))
            script._errors.Add(root.Origin, name, $"the file declares no such argument; choose one of {string.Join(", ", script._variables.Keys)}");
        if (script._processes.Count == 0) script._errors.Add(list.Origin, "launch", "starts nothing; add an executable");
        script._errors.ThrowIfAny();
        return script._processes;
    }

    private void Take(string key, ConfigurationNode item)
    {
        if (item is not MapNode { Values: { Count: 1 } actions } || actions.First() is not { Value: MapNode body } action)
        {
            _errors.Add(item.Origin, key, "expected one action with its section, such as executable");
            return;
        }
        if (!Holds($"{key}.{action.Key}", body)) return;
        switch (action.Key)
        {
            case "arg": Argument(key + ".arg", body); break;
            case "let": Variable(key + ".let", body, _variables); break;
            case "set_env": Variable(key + ".set_env", body, _environment); break;
            case "executable": Executable(key + ".executable", body); break;
            default:
                _errors.Add(item.Origin, $"{key}.{action.Key}",
                    "only ros2 launch can do this; robotrl launch knows arg, let, set_env and executable");
                break;
        }
    }

    /// <summary>Whether the conditions of an action are met: it is left out else.</summary>
    private bool Holds(string key, MapNode body)
    {
        var holds = true;
        foreach (var (word, wanted) in (ReadOnlySpan<(string, bool)>)[("if", true), ("unless", false)])
        {
            if (!body.Values.ContainsKey(word) || Text(key, body, word) is not { } text) continue;
            bool? value = text.Trim().ToLowerInvariant() switch { "true" or "1" => true, "false" or "0" => false, _ => null };
            if (value is null) _errors.Add(body.Values[word].Origin, $"{key}.{word}", $"'{text}' is not one of true, false, 1, 0; choose one of them");
            holds &= value == wanted;
        }
        return holds;
    }

    private void Argument(string key, MapNode body)
    {
        Refuse(key, body, "name", "default", "description");
        if (Text(key, body, "name") is not { } name) return;
        if (_given.TryGetValue(name, out var value)) _variables[name] = value;
        else if (body.Values.ContainsKey("default")) _variables[name] = Text(key, body, "default") ?? "";
        else
        {
            _variables[name] = "";
            _errors.Add(body.Origin, key, $"the argument has no default; give {name}:=VALUE");
        }
    }

    private void Variable(string key, MapNode body, Dictionary<string, string> into)
    {
        Refuse(key, body, "name", "value");
        if (Text(key, body, "name") is { } name && Text(key, body, "value") is { } value) into[name] = value;
    }

    private void Executable(string key, MapNode body)
    {
        Refuse(key, body, "cmd", "cwd", "name", "output", "env", "launch-prefix", "respawn", "respawn_delay", "respawn_max_retries", "on_exit",
            "sigterm_timeout", "sigkill_timeout");
        if (Text(key, body, "cmd") is not { } command) return;
        Dictionary<string, string> environment = new(_environment);
        if (body.Values.GetValueOrDefault("env") is ListNode list)
            foreach (var (i, item) in list.Items.Index())
                if (item is MapNode one) Variable($"{key}.env.{i}", one, environment);
                else _errors.Add(item.Origin, $"{key}.env.{i}", "expected a section with name and value");
        if (command.Count(c => c == '"') % 2 != 0 || command.Count(c => c == '\'') % 2 != 0)
            _errors.Add(body.Values["cmd"].Origin, $"{key}.cmd", "a quotation mark has no second one; close it");
        string[] prefix = [.. Words(TextOr(key, body, "launch-prefix", ""))], words = [.. Words(command)];
        if (words.Length == 0) _errors.Add(body.Origin, $"{key}.cmd", "is empty; write a command");
        var output = TextOr(key, body, "output", "log");
        if (output is not ("screen" or "log" or "both"))
            _errors.Add(body.Values["output"].Origin, $"{key}.output", $"'{output}' is not one of screen, log, both; choose one of them");
        if (TextOr(key, body, "on_exit", "shutdown") != "shutdown")
            _errors.Add(body.Values["on_exit"].Origin, $"{key}.on_exit", "only shutdown is known; write that, or leave it out");
        _processes.Add(new(
            TextOr(key, body, "name", words.Length > 0 ? Path.GetFileNameWithoutExtension(words[0]) : ""), prefix, words,
            body.Values.ContainsKey("cwd") ? Text(key, body, "cwd") : null, environment, output != "log")
        {
            RespawnDelay = RespawnDelay(key, body),
            MostRespawns = (int)Number(key, body, "respawn_max_retries", LaunchProcess.StandardRespawns, 1000),
            TermAfter = Seconds(key, body, "sigterm_timeout", 5),
            KillAfter = Seconds(key, body, "sigkill_timeout", 60),
        });
    }

    /// <summary>Written at the process, or for all of them as a variable of that name, as ROS 2 has it; the standard else.</summary>
    private TimeSpan Seconds(string key, MapNode body, string name, double standard) => TimeSpan.FromSeconds(
        body.Values.ContainsKey(name) || !double.TryParse(_variables.GetValueOrDefault(name), NumberStyles.Float, CultureInfo.InvariantCulture, out var all)
            ? Number(key, body, name, standard, 3600) : Math.Clamp(all, 0, 3600));

    private double Number(string key, MapNode body, string name, double standard, double most)
    {
        var text = TextOr(key, body, name, standard.ToString(CultureInfo.InvariantCulture));
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= 0 && number <= most) return number;
        _errors.Add(body.Values[name].Origin, $"{key}.{name}", $"'{text}' is no number from 0 to {most}; correct it");
        return standard;
    }

    private TimeSpan? RespawnDelay(string key, MapNode body)
    {
        var respawns = TextOr(key, body, "respawn", "false");
        if (respawns is not ("true" or "false"))
            _errors.Add(body.Values["respawn"].Origin, $"{key}.respawn", $"'{respawns}' is not one of true, false; choose one of them");
        var delay = TimeSpan.FromSeconds(Number(key, body, "respawn_delay", 0, 3600));
        return respawns == "true" ? delay : null;
    }

    private string TextOr(string key, MapNode body, string name, string standard) =>
        body.Values.ContainsKey(name) ? Text(key, body, name) ?? standard : standard;

    private string? Text(string key, MapNode body, string name)
    {
        if (body.Values.GetValueOrDefault(name) is ScalarNode { IsNull: false } scalar) return Substituted(scalar, $"{key}.{name}");
        _errors.Add(body.Values.GetValueOrDefault(name)?.Origin ?? body.Origin, $"{key}.{name}", "missing; write a text");
        return null;
    }

    private void Refuse(string key, MapNode body, params string[] known)
    {
        foreach (var (name, value) in body.Values)
            if (!known.Contains(name) && name is not ("if" or "unless"))
                _errors.Add(value.Origin, $"{key}.{name}", $"robotrl launch does not know this; it knows {string.Join(", ", known)}");
    }

    /// <summary>With <c>$(var NAME)</c>, <c>$(env NAME DEFAULT)</c> and <c>$(dirname)</c> in the text replaced.</summary>
    private string Substituted(ScalarNode node, string key)
    {
        StringBuilder text = new();
        var rest = node.Text;
        for (var open = rest.IndexOf("$(", StringComparison.Ordinal); open >= 0; open = rest.IndexOf("$(", StringComparison.Ordinal))
        {
            var close = rest.IndexOf(')', open);
            if (close < 0) break;
            text.Append(rest, 0, open);
            var words = rest[(open + 2)..close].Split(' ', StringSplitOptions.RemoveEmptyEntries);
            switch (words)
            {
                case ["var", var name] when _variables.TryGetValue(name, out var value): text.Append(value); break;
                case ["env", var name, .. var standard] when Environment.GetEnvironmentVariable(name) is { } value || standard.Length > 0:
                    text.Append(Environment.GetEnvironmentVariable(name) ?? string.Join(' ', standard).Trim('\'', '"'));
                    break;
                case ["dirname"]: text.Append(_folder); break;
                default:
                    _errors.Add(node.Origin, key,
                        $"$({string.Join(' ', words)}) has no value here; robotrl launch knows $(var NAME), $(env NAME DEFAULT), $(dirname)");
                    break;
            }
            rest = rest[(close + 1)..];
        }
        return text.Append(rest).ToString();
    }

    /// <summary>A command line as a shell splits it: by spaces, but for what is in quotes.</summary>
    private static List<string> Words(string line)
    {
        List<string> words = [];
        StringBuilder word = new();
        var (quote, isWord) = ('\0', false);
        foreach (var c in line)
        {
            if (quote != '\0')
            {
                if (c == quote) quote = '\0';
                else word.Append(c);
            }
            else if (c is '"' or '\'') (quote, isWord) = (c, true);
            else if (!char.IsWhiteSpace(c)) word.Append(c);
            else if (word.Length > 0 || isWord)
            {
                words.Add(word.ToString());
                word.Clear();
                isWord = false;
            }
        }
        if (word.Length > 0 || isWord) words.Add(word.ToString());
        return words;
    }
}
