namespace RobotRL.Configuration;

/// <summary>Collects every error of a configuration, and which keys could not be read, so that no error is reported twice.</summary>
internal sealed class Diagnostics(string taskFile)
{
    private readonly List<(Origin Origin, string Line)> _errors = [];
    private readonly HashSet<string> _unreadable = [];

    public void Add(Origin origin, string key, string what)
    {
        _errors.Add((origin, $"{origin.Describe(key)}: {what}"));
        _unreadable.Add(key);
    }

    /// <summary>Whether the key and every section around it could be read.</summary>
    public bool IsReadable(string key)
    {
        for (var end = key.Length; end > 0; end = key.LastIndexOf('.', end - 1))
            if (_unreadable.Contains(key[..end])) return false;
        return true;
    }

    /// <summary>Whether the key, every section around it and everything below it could be read.</summary>
    public bool AllReadable(string key) => IsReadable(key) && !_unreadable.Any(k => k.StartsWith(key + ".", StringComparison.Ordinal));

    public void MarkUnreadable(string key) => _unreadable.Add(key);

    /// <summary>Throws when there is any error: task file first, overrides last, by line.</summary>
    public void ThrowIfAny()
    {
        if (_errors.Count == 0) return;
        var files = _errors.Select(e => e.Origin.File).Distinct().ToList();
        throw new ConfigurationException([.. _errors
            .OrderBy(e => e.Origin.Override is not null).ThenBy(e => e.Origin.File != taskFile)
            .ThenBy(e => files.IndexOf(e.Origin.File)).ThenBy(e => e.Origin.Line)
            .Select(e => e.Line).Distinct()]);
    }
}
