namespace RobotRL.Cli.Results;

/// <summary>One writer at a time of a file that several processes add to.</summary>
internal static class Turn
{
    /// <summary>Waits until nobody else writes; disposing what is returned lets the next one in.</summary>
    public static FileStream Of(string path)
    {
        var turn = path + ".lock";
        while (true)
        {
            try
            {
                return new FileStream(turn, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException) when (File.Exists(turn))
            {
                Thread.Sleep(100);
            }
        }
    }
}
