using RobotRL.Model;
using RobotRL.Ros2.Nodes;
using RobotRL.Ros2.Rcl;
using RobotRL.Ros2.Transport;
using RobotRL.Wire.LifecycleMsgs;
using RobotRL.Wire.RclInterfaces;
using RobotRL.Wire.StdSrvs;
using Transition = RobotRL.Wire.LifecycleMsgs.Transition;

namespace RobotRL.Ros2.Tests;

/// <summary>What rcl alone does. All but the first need a sourced ROS 2, which a machine that only tests has not.</summary>
public sealed class RclTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly int _domain = Domains.Next();

    [Fact]
    public void Without_ROS_2_it_says_what_to_do()
    {
        Assert.SkipWhen(RclLibrary.Missing is null, "ROS 2 is sourced here.");
        var refusal = Assert.Throws<TransportException>(() => Node("/robotrl/test"));
        Assert.Contains("source", refusal.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void Structures_are_laid_out_as_the_C_headers_have_them()
    {
        // As a C compiler tells it: offsets and sizes in rmw_topic_endpoint_info_t of Humble, and of Iron and Jazzy.
        Assert.Equal((28, 56, 144), (RclLayout.Humble.GidInEndpoint, RclLayout.Humble.QosInEndpoint, RclLayout.Humble.EndpointBytes));
        Assert.Equal((64, 80, 168), (RclLayout.Iron.GidInEndpoint, RclLayout.Iron.QosInEndpoint, RclLayout.Iron.EndpointBytes));
    }

    [Fact]
    public void Structures_of_the_sourced_installation_have_the_expected_sizes()
    {
        RequireRcl();
        Assert.Null(RclLayout.Check());
    }

    [Fact]
    public void Service_is_asked_and_answers()
    {
        RequireRcl();
        using var asks = Node("/test/asks");
        using var serves = Node("/test/serves");
        var count = 0;
        using var client = asks.Ask<TriggerRequest, TriggerResponse>("/tare");
        Assert.False(client.IsServed);
        using (serves.Serve<TriggerRequest, TriggerResponse>("/tare", _ => new() { Success = true, Message = $"tared {++count}" }))
        {
            for (var i = 0; i < 1000 && !client.IsServed; i++) Thread.Sleep(10);
            Assert.Equal("tared 1", client.Ask(new(), Patience).Message);
            Assert.Equal("tared 2", client.Ask(new(), Patience).Message);
        }
        for (var i = 0; i < 1000 && client.IsServed; i++) Thread.Sleep(10);
        var silence = Assert.Throws<TransportException>(() => client.Ask(new(), TimeSpan.FromMilliseconds(200)));
        Assert.Contains("/tare", silence.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_are_read_and_not_set()
    {
        RequireRcl();
        using var asks = Node("/test/asks");
        using var has = Node("/test/has");
        (string, string)[] settings = [("robot.limits.speed_ms", "0.25"), ("task.name", "reach"), ("learner.batch", "64"), ("a.b.c", "true")];
        using NodeParameters parameters = new(has, settings, "no");
        using var list = asks.Ask<ListParametersRequest, ListParametersResponse>("/test/has/list_parameters");
        Assert.Equal(4, list.Ask(new(), Patience).Result.Names.Count);
        ListParametersRequest below = new();
        below.Prefixes.Add("robot");
        Assert.Equal(["robot.limits.speed_ms"], list.Ask(below, Patience).Result.Names);
        using var get = asks.Ask<GetParametersRequest, GetParametersResponse>("/test/has/get_parameters");
        GetParametersRequest which = new();
        which.Names.AddRange(["robot.limits.speed_ms", "task.name", "learner.batch", "a.b.c", "nothing"]);
        var values = get.Ask(which, Patience).Values;
        byte[] types = [ParameterValue.Double, ParameterValue.String, ParameterValue.Integer, ParameterValue.Bool, ParameterValue.NotSet];
        Assert.Equal(types, values.Select(value => value.Type));
        Assert.Equal((0.25, "reach", 64L, true), (values[0].DoubleValue, values[1].StringValue, values[2].IntegerValue, values[3].BoolValue));
        using var set = asks.Ask<SetParametersRequest, SetParametersResponse>("/test/has/set_parameters");
        SetParametersRequest other = new();
        other.Parameters.Add(new() { Name = "task.name" });
        var result = Assert.Single(set.Ask(other, Patience).Results);
        Assert.Equal((false, "no"), (result.Successful, result.Reason));
    }

    [Fact]
    public void Node_is_deactivated_and_not_activated_over_the_network()
    {
        RequireRcl();
        using var asks = Node("/test/asks");
        using var has = Node("/test/has");
        var isActive = true;
        using NodeLifecycle lifecycle = new(has, () => isActive, () => isActive = false);
        using var state = asks.Ask<GetStateRequest, GetStateResponse>("/test/has/get_state");
        using var change = asks.Ask<ChangeStateRequest, ChangeStateResponse>("/test/has/change_state");
        bool Change(byte id)
        {
            ChangeStateRequest request = new();
            request.Transition.Id = id;
            return change.Ask(request, Patience).Success;
        }
        Assert.Equal("active", state.Ask(new(), Patience).CurrentState.Label);
        Assert.True(Change(Transition.TransitionDeactivate));
        Assert.Equal("inactive", state.Ask(new(), Patience).CurrentState.Label);
        Assert.False(Change(Transition.TransitionActivate));
        Assert.False(isActive);
    }

    private static void RequireRcl() => Assert.SkipWhen(RclLibrary.Missing is not null, "Needs a sourced ROS 2.");

    private Ros2Node Node(string name) => Ros2Node.Open(new() { NodeName = name, Domain = _domain, Backend = Ros2Backend.Rcl });
}
