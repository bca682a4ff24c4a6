using System.Security.Cryptography;
using System.Text;

namespace RobotRL.Configuration;

/// <summary>
/// Writes what was read in one fixed order and form. The hash is of the same lines with each referenced file's path replaced by its
/// content, so that it names what runs and not where it lies.
/// </summary>
internal sealed class CanonicalText
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _hashed = new();
    private readonly List<(string Key, string Value)> _values = [];
    private readonly Stack<(string Path, int Items)> _open = new([("", 0)]);
    private int _depth;
    private bool _dash, _unhashed;

    /// <summary>Every value that the hash is of, by its dotted key, as <c>--set</c> takes it.</summary>
    public IReadOnlyList<(string Key, string Value)> Values => _values;

    public string Text => _text.ToString();
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_hashed.ToString())));

    public void Value(string key, string value, string? hashed = null)
    {
        if (!_unhashed) _values.Add((_open.Peek().Path + key, value));
        Line(key, value, hashed);
    }

    /// <summary>What <paramref name="write"/> adds stands in the text and has no part in the hash.</summary>
    public T Unhashed<T>(Func<T> write)
    {
        _unhashed = true;
        var result = write();
        _unhashed = false;
        return result;
    }

    public void Open(string key)
    {
        Line(key, "");
        _open.Push(($"{_open.Peek().Path}{key}.", 0));
        _depth++;
    }

    public void OpenItem()
    {
        var (path, items) = _open.Pop();
        _open.Push((path, items + 1));
        _open.Push(($"{path}{items}.", 0));
        _depth++;
        _dash = true;
    }

    public void Close()
    {
        _open.Pop();
        _depth--;
    }

    private void Line(string key, string value, string? hashed = null)
    {
        var indent = new string(' ', 2 * (_dash ? _depth - 1 : _depth)) + (_dash ? "- " : "");
        _dash = false;
        _text.Append(indent).Append(key).Append(':').Append(value.Length > 0 ? " " : "").Append(value).Append('\n');
        if (!_unhashed) _hashed.Append(indent).Append(key).Append(": ").Append(hashed ?? value).Append('\n');
    }
}
