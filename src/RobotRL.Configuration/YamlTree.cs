using RobotRL.Model;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace RobotRL.Configuration;

/// <summary>Reads YAML into nodes that know their lines. Only plain data: no anchors, aliases, tags or second documents.</summary>
internal sealed class YamlTree
{
    /// <summary>More levels than any configuration has, and fewer than a stack.</summary>
    private const int MostLevels = 64;

    private readonly IParser _parser;
    private readonly Func<Mark, Origin> _origin;
    private readonly Diagnostics _errors;
    private int _level;

    private YamlTree(string text, Func<Mark, Origin> origin, Diagnostics errors)
    {
        _parser = new Parser(new StringReader(text));
        _origin = origin;
        _errors = errors;
    }

    /// <summary>The sections of a file; null, and an error, where it cannot be read.</summary>
    public static MapNode? ReadFile(string path, Diagnostics errors)
    {
        var start = new Origin(path, 1);
        string text;
        try { text = PlainFile.ReadAllText(path); }
        catch (InvalidDataException e) { errors.Add(start, "", e.Message); return null; }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            errors.Add(start, "", $"cannot be read ({e.Message}); check the path");
            return null;
        }
        var root = Read(text, mark => new Origin(path, (int)mark.Line), start, "", errors);
        if (root is MapNode map) return map;
        if (root is not null) errors.Add(start, "", $"expected sections, found {root.Kind}; write 'key: value' lines");
        return null;
    }

    /// <summary>A value given on the command line.</summary>
    public static ConfigurationNode? ReadOverride(string key, string value, Diagnostics errors)
    {
        var origin = new Origin(Environment.CurrentDirectory, 0, key);
        return Read(value, _ => origin, origin, key, errors);
    }

    private static ConfigurationNode? Read(string text, Func<Mark, Origin> origin, Origin start, string key, Diagnostics errors)
    {
        try
        {
            var tree = new YamlTree(text, origin, errors);
            tree._parser.Consume<StreamStart>();
            if (tree._parser.Accept<StreamEnd>(out _)) return new ScalarNode(start, "", Quoted: false);
            tree._parser.Consume<DocumentStart>();
            var root = tree.Node(start, key);
            tree._parser.Consume<DocumentEnd>();
            if (!tree._parser.Accept<StreamEnd>(out var extra))
                errors.Add(origin(extra?.Start ?? tree._parser.Current!.Start), key, "a second document; keep one a file");
            return root;
        }
        catch (YamlException) when (LineOfTab(text) is > 0 and var line)
        {
            errors.Add(origin(new Mark(0, line, 1)), key, "a tab before the text; indent with spaces");
            return null;
        }
        catch (YamlException e)
        {
            errors.Add(origin(e.Start), key, $"not YAML ({e.Message.Replace('\n', ' ')}); check indentation, quotes and brackets");
            return null;
        }
    }

    /// <summary>The first line that is indented with a tab, from 1; 0 where none is. The parser names the line where the section began.</summary>
    private static int LineOfTab(string text) =>
        1 + Array.FindIndex(text.Split('\n'), line => line.AsSpan()[..(line.Length - line.AsSpan().TrimStart(" \t").Length)].Contains('\t'));

    private ConfigurationNode Node(Origin origin, string path)
    {
        if (_parser.TryConsume<AnchorAlias>(out var alias))
        {
            _errors.Add(_origin(alias.Start), path, $"alias '*{alias.Value}' is not supported; write the value out");
            return new ScalarNode(origin, "", Quoted: false);
        }
        if (_parser.Current is NodeEvent { Tag.IsEmpty: false, Tag.IsNonSpecific: false } tagged)
            _errors.Add(_origin(tagged.Start), path, $"tag '{tagged.Tag}' is not supported; remove it");
        if (_parser.TryConsume<Scalar>(out var scalar)) return new ScalarNode(origin, scalar.Value, scalar.Style is not ScalarStyle.Plain);
        if (_level == MostLevels) throw new YamlException(_parser.Current!.Start, _parser.Current.End, $"more than {MostLevels} levels");
        _level++;
        ConfigurationNode node = _parser.TryConsume<SequenceStart>(out _) ? List(origin, path) : Map(origin, path);
        _level--;
        return node;
    }

    private ListNode List(Origin origin, string path)
    {
        var items = new List<ConfigurationNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(_origin(_parser.Current!.Start), Section.Join(path, items.Count.ToString())));
        return new ListNode(origin, items);
    }

    private MapNode Map(Origin origin, string path)
    {
        _parser.Consume<MappingStart>();
        var values = new OrderedDictionary<string, ConfigurationNode>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            var key = _parser.Consume<Scalar>();
            var (at, name) = (_origin(key.Start), Section.Join(path, key.Value));
            var value = Node(at, name);
            if (values.TryGetValue(key.Value, out var first)) _errors.Add(at, name, $"written twice (first on line {first.Origin.Line}); keep one");
            else values.Add(key.Value, value);
        }
        return new MapNode(origin, values);
    }
}
