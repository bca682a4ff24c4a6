using System.Globalization;
using System.Numerics;
using System.Text.Json;
using RobotRL.Model;

namespace RobotRL.Configuration;

/// <summary>
/// Reads the values of one section, each exactly once, and writes them to the canonical text in the order of reading. A value that is missing
/// or wrong is reported and replaced by a filler of the right shape, so that reading goes on and every error is seen at once.
/// </summary>
internal sealed class Section(MapNode? node, string path, Diagnostics errors, CanonicalText canonical)
{
    private readonly HashSet<string> _known = [];

    /// <summary>The dotted key of a value of this section.</summary>
    public string this[string key] => Join(path, key);

    /// <summary>The file that the section begins in, as messages name it; empty where the command line alone says it.</summary>
    public string Source => node?.Origin.Name ?? "";

    public static string Join(string path, string key) => path.Length == 0 ? key : $"{path}.{key}";

    public double Number(string key, double min, double max, string unit = "")
    {
        var value = Scalar(key, $"a number from {min} to {max}{Unit(unit)}") is { } scalar ? Number(scalar, this[key], min, max, unit) : double.NaN;
        canonical.Value(key, Written(value));
        return value;
    }

    /// <summary>A number; null where the word stands in its place.</summary>
    public double? NumberOr(string word, string key, double min, double max, string unit = "")
    {
        return IsWord(key, word) ? null : Number(key, min, max, unit);
    }

    /// <summary>Whether the word stands there, in place of a section.</summary>
    public bool IsWord(string key, string word)
    {
        if (node?.Values.GetValueOrDefault(key) is not ScalarNode { Quoted: false } scalar || scalar.Text != word) return false;
        _known.Add(key);
        canonical.Value(key, word);
        return true;
    }

    public int Integer(string key, int min, int max, string unit = "")
    {
        var value = Scalar(key, $"a whole number from {min} to {max}{Unit(unit)}") is { } scalar ? Integer(scalar, this[key], min, max, unit) : min;
        canonical.Value(key, value.ToString());
        return value;
    }

    /// <summary>A duration written in milliseconds, whole to the nanosecond.</summary>
    public long DurationNs(string key, double minMs, double maxMs)
    {
        var ms = Number(key, minMs, maxMs, "ms");
        return double.IsNaN(ms) ? 1 : (long)Math.Round(ms * 1e6);
    }

    public bool Boolean(string key) => Choice(key, ("true", true), ("false", false));

    /// <summary>One of a few words.</summary>
    public T Choice<T>(string key, params ReadOnlySpan<(string Word, T Value)> choices)
    {
        var words = new List<string>();
        foreach (var (word, _) in choices) words.Add(word);
        var expected = "one of " + string.Join(", ", words);
        if (Scalar(key, expected) is { } scalar)
        {
            foreach (var (word, value) in choices)
                if (word == scalar.Text && (!scalar.Quoted || value is not bool)) { canonical.Value(key, word); return value; }
            errors.Add(scalar.Origin, this[key],
                Unquoted(scalar, words.Contains) ?? $"{scalar.Kind} is not {expected}{Suggestion(scalar.Text, words, "; ", "; choose one of them")}");
        }
        return choices[0].Value;
    }

    public string Text(string key)
    {
        var value = Scalar(key, "a text")?.Text ?? "";
        canonical.Value(key, JsonSerializer.Serialize(value));
        return value;
    }

    /// <summary>A list of texts, at least one.</summary>
    public IReadOnlyList<string> Texts(string key)
    {
        List<string> texts = [];
        if (List(key, "a list of texts") is { } list)
        {
            if (list.Items.Count == 0) errors.Add(list.Origin, this[key], "is empty; name at least one");
            foreach (var (i, item) in list.Items.Index())
                if (item is ScalarNode { IsNull: false } text) texts.Add(text.Text);
                else errors.Add(item.Origin, Join(this[key], i.ToString()), $"expected a text, found {item.Kind}; correct it");
        }
        canonical.Value(key, JsonSerializer.Serialize(texts));
        return texts;
    }

    /// <summary>
    /// Absolute path of an existing file, written relative to the file that names it.
    /// In the configuration's hash, <paramref name="contentHash"/> stands for it.
    /// </summary>
    public string? ExistingFile(string key, Func<string, string> contentHash)
    {
        if (Scalar(key, "a path") is not { } scalar) return null;
        var file = Path.GetFullPath(scalar.Text, scalar.Origin.Directory);
        if (!File.Exists(file))
        {
            errors.Add(scalar.Origin, this[key], $"file '{file}' not found; correct the path (relative to {scalar.Origin.Directory})");
            return null;
        }
        try { canonical.Value(key, JsonSerializer.Serialize(file), contentHash(file)); return file; }
        catch (Exception e) when (e is InvalidDataException or IOException) { errors.Add(scalar.Origin, this[key], e.Message); return null; }
    }

    /// <summary>
    /// Absolute path of a folder, which must hold the file <paramref name="holding"/> unless that is null.
    /// In the hash, <paramref name="hashed"/> stands for the folder.
    /// </summary>
    public string? Folder(string key, string? holding, Func<string, string> hashed)
    {
        if (Scalar(key, "a path") is not { } scalar) return null;
        var folder = Path.GetFullPath(scalar.Text, scalar.Origin.Directory);
        if (holding is not null && !File.Exists(Path.Combine(folder, holding)))
        {
            errors.Add(scalar.Origin, this[key], $"folder '{folder}' has no {holding}; correct the path (relative to {scalar.Origin.Directory})");
            return null;
        }
        canonical.Value(key, JsonSerializer.Serialize(folder), hashed(folder));
        return folder;
    }

    /// <summary>A list of exactly <paramref name="count"/> numbers; <paramref name="each"/> says what each one stands for.</summary>
    public double[] Numbers(string key, int count, double min, double max, string unit, string each)
    {
        var values = new double[count];
        Array.Fill(values, double.NaN);
        if (List(key, $"a list of {count} numbers, {each}") is { } list)
        {
            if (list.Items.Count != count) errors.Add(list.Origin, this[key], $"has {list.Items.Count} values, needs {count} ({each}); give exactly {count}");
            else for (var i = 0; i < count; i++)
                values[i] = Number(list.Items[i], Join(this[key], i.ToString()), min, max, unit);
            if (Array.Exists(values, double.IsNaN)) errors.MarkUnreadable(this[key]);
        }
        canonical.Value(key, $"[{string.Join(", ", values.Select(Written))}]");
        return values;
    }

    public int[] Integers(string key, int minCount, int maxCount, int min, int max)
    {
        int[] values = [];
        if (List(key, $"a list of {minCount} to {maxCount} whole numbers") is { } list)
        {
            if (list.Items.Count < minCount || list.Items.Count > maxCount)
                errors.Add(list.Origin, this[key], $"has {list.Items.Count} values, needs {minCount} to {maxCount}; shorten or extend the list");
            else values = [.. list.Items.Select((item, i) => Integer(item, Join(this[key], i.ToString()), min, max, ""))];
        }
        canonical.Value(key, $"[{string.Join(", ", values)}]");
        return values;
    }

    /// <summary>Width and height in pixels: one number for a square, or both in brackets. Written as one number where they are equal.</summary>
    public (int Width, int Height) Size(string key, int min, int max)
    {
        if (node?.Values.GetValueOrDefault(key) is not ListNode list)
        {
            var edge = Integer(key, min, max, "pixels");
            return (edge, edge);
        }
        _known.Add(key);
        int[] size = [.. list.Items.Select((item, i) => Integer(item, Join(this[key], i.ToString()), min, max, "pixels"))];
        if (size.Length != 2)
            errors.Add(list.Origin, this[key], $"has {size.Length} values, needs 2 (width, height); give exactly 2, or one number for a square");
        else if (!AllReadable(key)) errors.MarkUnreadable(this[key]);
        var (width, height) = size.Length == 2 ? (size[0], size[1]) : (min, min);
        canonical.Value(key, width == height ? width.ToString() : $"[{width}, {height}]");
        return (width, height);
    }

    /// <summary>A list of distinct words in the order of <paramref name="words"/>, as their indices there.</summary>
    public int[] Words(string key, params string[] words)
    {
        var indices = new List<int>();
        var known = string.Join(", ", words);
        if (List(key, "a list of " + known) is { } list)
            foreach (var (i, item) in list.Items.Index())
            {
                var text = (item as ScalarNode)?.Text ?? "";
                var index = Array.IndexOf(words, text);
                if (index < 0)
                    errors.Add(item.Origin, Join(this[key], i.ToString()),
                        $"{item.Kind} is not one of {known}{Suggestion(text, words, "; ", "; choose one of them")}");
                else if (indices.Count > 0 && index <= indices[^1])
                    errors.Add(item.Origin, Join(this[key], i.ToString()), $"'{text}' is repeated or out of order; list them as {known}");
                else indices.Add(index);
            }
        canonical.Value(key, $"[{string.Join(", ", indices.Select(i => words[i]))}]");
        return [.. indices];
    }

    public Vector3D Vector(string key, double min, double max, string unit)
    {
        var v = Numbers(key, 3, min, max, unit, "x, y, z");
        return new(v[0], v[1], v[2]);
    }

    public T Child<T>(string key, Func<Section, T> read)
    {
        canonical.Open(key);
        var section = new Section(Find(key, "a section") is { } found ? AsMap(found, this[key]) : null, this[key], errors, canonical);
        var value = read(section);
        section.RefuseUnknownKeys();
        canonical.Close();
        return value;
    }

    /// <summary>A section, or the word <c>none</c> for what is not there.</summary>
    public T? ChildOrNone<T>(string key, Func<Section, T> read) where T : class
    {
        return IsWord(key, "none") ? null : Child(key, read);
    }

    public IReadOnlyList<T> Children<T>(string key, Func<Section, T> read)
    {
        if (List(key, "a list of sections") is not { Items.Count: > 0 } list) { canonical.Value(key, "[]"); return []; }
        canonical.Open(key);
        var values = new List<T>();
        foreach (var item in list.Items)
        {
            canonical.OpenItem();
            var itemPath = Join(this[key], values.Count.ToString());
            var section = new Section(AsMap(item, itemPath), itemPath, errors, canonical);
            values.Add(read(section));
            section.RefuseUnknownKeys();
            canonical.Close();
        }
        canonical.Close();
        return values;
    }

    public bool Has(string key)
    {
        _known.Add(key);
        return node?.Values.GetValueOrDefault(key) is { } value and not ScalarNode { IsNull: true };
    }

    /// <summary>A check over several values, made only where all of them (full dotted keys) could be read.</summary>
    public void Require(bool holds, string key, string what, params ReadOnlySpan<string> involved)
    {
        if (holds || !errors.IsReadable(this[key]) || node is null) return;
        foreach (var other in involved)
            if (!errors.IsReadable(other)) return;
        errors.Add(OriginOf(key), this[key], what);
    }

    /// <summary>Whether everything at and below the dotted key could be read.</summary>
    public bool AllReadable(string key) => errors.AllReadable(this[key]);

    public void RefuseUnknownKeys()
    {
        foreach (var (key, value) in node?.Values ?? [])
            if (!_known.Contains(key)) errors.Add(value.Origin, this[key], "unknown key" + Suggestion(key, _known, "; ", "; remove it"));
    }

    /// <summary>Where a value below this section was written; for one that is not, the section around it.</summary>
    private Origin OriginOf(string key)
    {
        ConfigurationNode at = node!;
        foreach (var part in key.Split('.'))
        {
            var next = at switch
            {
                MapNode map => map.Values.GetValueOrDefault(part),
                ListNode list when int.TryParse(part, out var index) && index < list.Items.Count => list.Items[index],
                _ => null,
            };
            if (next is null) break;
            at = next;
        }
        return at.Origin;
    }

    private double Number(ConfigurationNode item, string key, double min, double max, string unit)
    {
        var text = item is ScalarNode { Quoted: false } scalar ? scalar.Text : "";
        var special = text.TrimStart('-', '+').ToLowerInvariant() is ".nan" or "nan" or ".inf" or "inf" or "infinity";
        if (!special && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            return Wrong(item, key, Unquoted(item, t => double.TryParse(t, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
                ?? $"expected a number, found {item.Kind}; write a number from {min} to {max}{Unit(unit)}");
        var value = special ? double.NaN : double.Parse(text, CultureInfo.InvariantCulture);
        if (!double.IsFinite(value)) return Wrong(item, key, $"{text} is not finite; write a number from {min} to {max}{Unit(unit)}");
        return value >= min && value <= max ? value : Wrong(item, key, $"{text} is out of range; write a number from {min} to {max}{Unit(unit)}");
    }

    private int Integer(ConfigurationNode item, string key, int min, int max, string unit)
    {
        if (item is not ScalarNode { Quoted: false } scalar
            || !long.TryParse(scalar.Text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value))
        {
            static bool IsWhole(string text) => BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _);
            Wrong(item, key, Unquoted(item, IsWhole)
                ?? (item is ScalarNode { Text: var text } && IsWhole(text) ? $"{text} is out of range; write a whole number from {min} to {max}{Unit(unit)}"
                    : $"expected a whole number, found {item.Kind}; write one from {min} to {max}{Unit(unit)}"));
            return min;
        }
        if (value >= min && value <= max) return (int)value;
        Wrong(item, key, $"{value} is out of range; write a whole number from {min} to {max}{Unit(unit)}");
        return min;
    }

    private double Wrong(ConfigurationNode item, string key, string what)
    {
        errors.Add(item.Origin, key, what);
        return double.NaN;
    }

    private ScalarNode? Scalar(string key, string expected)
    {
        switch (Find(key, expected))
        {
            case null: return null;
            case ScalarNode { IsNull: false } scalar: return scalar;
            case var other: errors.Add(other.Origin, this[key], $"expected {expected}, found {other.Kind}; correct it"); return null;
        }
    }

    private ListNode? List(string key, string expected)
    {
        switch (Find(key, expected))
        {
            case null: return null;
            case ListNode list: return list;
            case var other: errors.Add(other.Origin, this[key], $"expected {expected}, found {other.Kind}; write it in [brackets]"); return null;
        }
    }

    private MapNode? AsMap(ConfigurationNode found, string key)
    {
        if (found is MapNode map) return map;
        errors.Add(found.Origin, key, $"expected a section, found {found.Kind}; write 'key: value' lines below it");
        return null;
    }

    private ConfigurationNode? Find(string key, string expected)
    {
        _known.Add(key);
        if (node is null) errors.MarkUnreadable(this[key]);
        else if (node.Values.TryGetValue(key, out var value)) return value;
        else errors.Add(node.Origin, this[key], $"missing; add {expected}");
        return null;
    }

    private static string Written(double value) => value.ToString("R", CultureInfo.InvariantCulture);
    private static string Unit(string unit) => unit.Length > 0 ? " " + unit : "";

    private static string Suggestion(string word, IEnumerable<string> known, string before, string otherwise) =>
        NearestWord.Of(word, known) is { } near ? $"{before}did you mean '{near}'?" : otherwise;

    /// <summary>A value in quotes is a text to YAML, whatever it looks like.</summary>
    private static string? Unquoted(ConfigurationNode item, Func<string, bool> reads) =>
        item is ScalarNode { Quoted: true } text && reads(text.Text) ? $"{text.Kind} is a text, since it is in quotes; write {text.Text} without them" : null;
}
