using System.Collections.Frozen;
using System.Globalization;

namespace RobotRL.Wire;

/// <summary>A field of a ROS 2 message.</summary>
/// <param name="Type">Primitive, or a message type as <c>package/Name</c>.</param>
/// <param name="Length">0: one value; above: an array of so many; −1: a sequence.</param>
internal readonly record struct Ros2Field(string Name, string Type, int Length);

/// <summary>
/// Message types out of the text that an MCAP schema of encoding <c>ros2msg</c> carries: the message's own fields, then those of every type it
/// uses behind lines of <c>=</c> and <c>MSG: package/Name</c>. Constants and default values are not on the wire and are passed over.
/// </summary>
internal sealed class Ros2Definition
{
    public const int Sequence = -1;

    private static readonly FrozenSet<string> Primitives = FrozenSet.Create(StringComparer.Ordinal,
        "bool", "byte", "char", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64", "float32", "float64", "string", "wstring");

    private readonly Dictionary<string, Ros2Field[]> _types = new(StringComparer.Ordinal);

    /// <exception cref="WireException">The text is no message definition, or uses a type that it does not hold.</exception>
    public Ros2Definition(string name, string text)
    {
        Root = Short(name);
        var (type, fields) = (Root, new List<Ros2Field>());
        foreach (var raw in text.Split('\n'))
        {
            var line = raw.Split('#', 2)[0].Trim();
            if (line.StartsWith("===", StringComparison.Ordinal)) continue;
            if (line.StartsWith("MSG:", StringComparison.Ordinal))
            {
                _types[type] = [.. fields];
                (type, fields) = (Short(line[4..].Trim()), []);
            }
            else if (line.Length > 0 && Field(line) is { } field) fields.Add(field);
        }
        _types[type] = [.. fields];
        foreach (var (owner, of) in _types)
            for (var i = 0; i < of.Length; i++) of[i] = of[i] with { Type = Resolve(owner, of[i].Type) };
    }

    /// <summary>The message's own type.</summary>
    public string Root { get; }

    public static bool IsPrimitive(string type) => Primitives.Contains(type);

    /// <summary>In the order of the wire.</summary>
    public IReadOnlyList<Ros2Field> Fields(string type) => _types[type];

    private static Ros2Field? Field(string line)
    {
        var words = line.Split((char[])[' ', '\t'], 3, StringSplitOptions.RemoveEmptyEntries);
        if (words.Length < 2) throw new WireException($"'{line}' is no field of a ROS 2 message.");
        if (words[1].Contains('=', StringComparison.Ordinal) || (words.Length > 2 && words[2].StartsWith('='))) return null;
        var (type, length) = (words[0], 0);
        if (type.EndsWith(']'))
        {
            var open = type.LastIndexOf('[');
            var inside = type[(open + 1)..^1];
            length = int.TryParse(inside, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : Sequence;
            type = type[..open];
        }
        return new Ros2Field(words[1], type.Split("<=")[0], length);
    }

    private string Resolve(string owner, string type)
    {
        if (IsPrimitive(type)) return type;
        var name = Short(type);
        if (_types.ContainsKey(name)) return name;
        if (name.Contains('/', StringComparison.Ordinal)) throw new WireException($"The definition of {owner} uses {type}, which it does not hold.");
        var sibling = $"{owner.Split('/')[0]}/{name}";
        return _types.ContainsKey(sibling) ? sibling
            : _types.Keys.FirstOrDefault(t => t.EndsWith("/" + name, StringComparison.Ordinal))
                ?? throw new WireException($"The definition of {owner} uses {type}, which it does not hold.");
    }

    /// <summary><c>package/msg/Name</c> and <c>package/Name</c> are the same type.</summary>
    private static string Short(string name) => name.Replace("/msg/", "/", StringComparison.Ordinal);
}
