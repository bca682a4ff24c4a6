using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.StdMsgs;
using RobotRL.Wire.StdSrvs;

namespace RobotRL.Ros2.Tests;

/// <summary>What rcldotnet alone does. Without a build that has it, and a workspace that is sourced, the refusal is what is tested.</summary>
public sealed class RcldotnetTests
{
    private readonly int _domain = Domains.Next();

    [Fact]
    public void Without_it_robotrl_says_what_to_do()
    {
        Assert.SkipWhen(RcldotnetLibrary.Missing is null, "rcldotnet can be used here.");
        var refusal = Assert.Throws<TransportException>(() => Node("/robotrl/test"));
        Assert.True(new[] { "source", "RcldotnetPath" }.Any(remedy => refusal.Message.Contains(remedy, StringComparison.Ordinal)), refusal.Message);
        Assert.DoesNotContain('\n', refusal.Message);
    }

    [Fact]
    public void Second_domain_in_a_process_is_refused()
    {
        RequireRcldotnet();
        using var here = Node("/test/here");
        var refusal = Assert.Throws<TransportException>(() => Ros2Node.Open(new() { NodeName = "/x", Domain = _domain + 1, Backend = Ros2Backend.Rcldotnet }));
        Assert.Contains($"ros2.domain: {_domain}", refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>They share a participant, and a second commander must not pass for the first.</summary>
    [Fact]
    public void Nodes_of_a_process_know_their_own_ends_from_each_others()
    {
        RequireRcldotnet();
        using var here = Node("/test/here");
        using var there = Node("/test/there");
        using var writer = here.Publish<Bool>("/ours", Qos.Default);
        using var other = there.Publish<Bool>("/ours", Qos.Default);
        List<RemoteEnd> Ends(Ros2Node node) => [.. node.Transport.Ends().Where(end => end.Topic == "/ours").OrderBy(end => end.Node)];
        bool AreThere(Ros2Node node) => Ends(node) is [{ Node: "/test/here" }, { Node: "/test/there" }];
        for (var i = 0; i < 1000 && !(AreThere(here) && AreThere(there)); i++) Thread.Sleep(10);
        Assert.Equal([true, false], Ends(here).Select(end => end.IsOwn));
        Assert.Equal([false, true], Ends(there).Select(end => end.IsOwn));
    }

    [Fact]
    public void Ends_that_are_disposed_of_leave_the_network()
    {
        RequireRcldotnet();
        using var here = Node("/test/here");
        using var there = Node("/test/there");
        using var reader = here.Subscribe<Bool>("/leaves", Qos.Default, (_, _) => { });
        using (there.Publish<Bool>("/leaves", Qos.Default)) Until(() => reader.WriterCount == 1);
        Until(() => reader.WriterCount == 0 && !here.Transport.Ends().Any(end => end is { Topic: "/leaves", IsWriter: true }));
    }

    [Fact]
    public void Service_is_asked_and_answers()
    {
        RequireRcldotnet();
        using var asks = Node("/test/asks");
        using var serves = Node("/test/serves");
        using var client = asks.Ask<TriggerRequest, TriggerResponse>("/tare_here");
        using var server = serves.Serve<TriggerRequest, TriggerResponse>("/tare_here", _ => new() { Success = true, Message = "tared" });
        Until(() => client.IsServed);
        Assert.Equal("tared", client.Ask(new(), TimeSpan.FromSeconds(10)).Message);
    }

    /// <summary>Whoever relies on one sender must refuse two.</summary>
    [Fact]
    public void Only_sender_is_known_and_of_two_each_message_is_another_ones()
    {
        RequireRcldotnet();
        using var here = Node("/test/here");
        using var there = Node("/test/there");
        List<ulong> senders = [];
        using var reader = here.Subscribe<Bool>("/whose", Qos.Default, (_, arrival) =>
        {
            lock (senders) senders.Add(arrival.Writer);
        });
        using var one = there.Publish<Bool>("/whose", Qos.Default);
        List<RemoteEnd> Writers() => [.. here.Transport.Ends().Where(end => end is { Topic: "/whose", IsWriter: true })];
        Until(() => one.Writer.ReaderCount == 1 && Writers().Count == 1);
        var only = Writers()[0].Id;
        Assert.Equal([only, only], Three()[1..]);
        using var two = there.Publish<Bool>("/whose", Qos.Default);
        Until(() => Writers().Count == 2);
        var of = Three();
        Assert.Equal(of, of.Distinct().Except([only]));

        ulong[] Three()
        {
            lock (senders) senders.Clear();
            for (var i = 1; i <= 3; i++)
            {
                one.TrySend(new());
                Until(() => Count() == i);
            }
            lock (senders) return [.. senders];
        }

        int Count()
        {
            lock (senders) return senders.Count;
        }
    }

    private static void RequireRcldotnet() => Assert.SkipWhen(
        RcldotnetLibrary.Missing is not null || Chosen.Backend != Ros2Backend.Rcldotnet, "Needs rcldotnet, and ROBOTRL_TEST_BACKEND=rcldotnet.");

    private static void Until(Func<bool> holds)
    {
        for (var i = 0; i < 1000 && !holds(); i++) Thread.Sleep(10);
        Assert.True(holds());
    }

    private Ros2Node Node(string name) => Ros2Node.Open(new() { NodeName = name, Domain = _domain, Backend = Ros2Backend.Rcldotnet });
}
