namespace RobotRL.Configuration;

/// <summary>Finds the word that somebody meant to write.</summary>
public static class NearestWord
{
    /// <summary>The known word that a misspelt one resembles; null where none is near: a third of its letters may differ, or two, but never all.</summary>
    public static string? Of(string word, IEnumerable<string> known)
    {
        var best = known.Select(k => (Word: k, Distance: Distance(word, k))).DefaultIfEmpty((Word: "", Distance: int.MaxValue)).MinBy(k => k.Distance);
        return best.Distance <= Math.Max(2, word.Length / 3) && best.Distance < word.Length ? best.Word : null;
    }

    /// <summary>Levenshtein's distance.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)));
        }
        return row[^1];
    }
}
